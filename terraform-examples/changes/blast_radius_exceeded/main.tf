# A count that is mistyped: twelve go at once, and none of them is data.
# expect: blast_radius_exceeded at itself

resource "aws_cloudwatch_metric_alarm" "busy" {
  count               = 1
  alarm_name          = "busy-${count.index}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  metric_name         = "CPUUtilization"
  namespace           = "AWS/EC2"
  period              = 60
  statistic           = "Average"
  threshold           = 80
}
