# What holds data is elsewhere, and an agent collaborates where it can only look.
resource "heroku_app" "shop" {
  name   = "shop"
  region = "eu"

  lifecycle {
    prevent_destroy = true
  }
}
