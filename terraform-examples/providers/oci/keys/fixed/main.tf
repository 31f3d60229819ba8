# It ends by itself.
# A dynamic group gives rights to machines, which hold no key.
resource "oci_identity_dynamic_group" "agent" {
  compartment_id = "c1"
  name           = "agent"
  description    = "agent"
  matching_rule  = "instance.compartment.id = 'c1'"
}
