# A delete is refused, and a change waits for two people.
resource "spacelift_stack" "shop" {
  name                  = "shop"
  repository            = "shop"
  branch                = "main"
  autodeploy            = false
  protect_from_deletion = true
}

resource "spacelift_policy" "two_people" {
  name = "two-people"
  type = "APPROVAL"
  body = "package spacelift\n\napprove { count(input.reviews.current.approvals) > 1 }\n"
}

resource "spacelift_policy_attachment" "shop" {
  policy_id = spacelift_policy.two_people.id
  stack_id  = spacelift_stack.shop.id
}
