variable "name" { type = string }
variable "password" { type = string }

resource "aws_db_instance" "db" {
  identifier          = "db-${replace(var.name, ".", "-")}"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 20
  username            = "root1"
  password            = var.password
  skip_final_snapshot = true
}
