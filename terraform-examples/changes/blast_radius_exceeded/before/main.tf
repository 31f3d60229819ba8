resource "aws_cloudwatch_metric_alarm" "busy" {
  count               = 13
  alarm_name          = "busy-${count.index}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  metric_name         = "CPUUtilization"
  namespace           = "AWS/EC2"
  period              = 60
  statistic           = "Average"
  threshold           = 80
}
