# It ends by itself.
resource "exoscale_iam_role" "agent" {
  name = "agent"
}
