# It ends by itself.
resource "vercel_user_token" "agent" {
  name       = "agent"
  project_id = "prj_1"
  expires_at = 1790000000000
}
