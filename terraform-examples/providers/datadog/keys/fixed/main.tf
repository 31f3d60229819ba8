# No application key ends by itself: an agent asks through what has no key at all.
resource "datadog_service_account" "agent" {
  name  = "agent"
  email = "agent@example.com"
}
