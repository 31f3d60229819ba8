# The platform refuses to delete it until somebody takes this off.
resource "pinecone_index" "shop" {
  name                = "shop"
  dimension           = 1536
  deletion_protection = "enabled"
}
