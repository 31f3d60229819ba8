# expect: store_forgotten at aws_db_instance.orders
removed {
  from = aws_db_instance.orders

  lifecycle {
    destroy = false
  }
}

# Holds nothing.
removed {
  from = aws_cloudwatch_metric_alarm.old

  lifecycle {
    destroy = false
  }
}

resource "aws_kms_key" "orders" {
  description = "orders"

  lifecycle {
    prevent_destroy = true
  }
}
