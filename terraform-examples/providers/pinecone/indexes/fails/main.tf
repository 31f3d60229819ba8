# One call deletes it.
# expect: deletion_protection_off (uncertain)
resource "pinecone_index" "shop" {
  name      = "shop"
  dimension = 1536
}
