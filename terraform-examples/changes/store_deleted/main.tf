# The pull request removed a block and a key. What protected the database went with its block.
# expect: store_deleted at aws_db_instance.orders
# expect: store_deleted at aws_secretsmanager_secret.api["mail"]

# With prevent_destroy, Terraform would have refused to let go of the key.
# expect: prevent_destroy_missing
resource "aws_secretsmanager_secret" "api" {
  for_each = toset(["payments"])
  name     = each.key
}
