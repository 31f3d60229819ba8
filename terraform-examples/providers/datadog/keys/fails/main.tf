# Without scopes it has all the rights of its owner.
# expect: credential_never_expires
resource "datadog_application_key" "agent" {
  name = "agent"
}
