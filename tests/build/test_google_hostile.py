"""Whatever stands in the arguments that access on Google Cloud is read from, the picture is made and every question is answered."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policypack.authority import Authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Input, Reference, Resource, Unknown, Value, Verb, lookup
from policypack.settings import Settings
from tests.build.conftest import made

ARGUMENTS = {
    "google_project": ("project_id", "name", "folder_id", "org_id", "number"),
    "google_folder": ("display_name", "parent", "name", "folder_id"),
    "google_service_account": ("account_id", "email", "project", "disabled", "display_name"),
    "google_service_account_key": ("service_account_id", "state"),
    "google_service_account_iam_member": ("service_account_id", "role", "member", "condition"),
    "google_project_iam_member": ("project", "role", "member", "condition"),
    "google_project_iam_binding": ("project", "role", "members", "condition"),
    "google_project_iam_policy": ("project", "policy_data"),
    "google_folder_iam_member": ("folder", "role", "member"),
    "google_organization_iam_binding": ("org_id", "role", "members"),
    "google_storage_bucket_iam_member": ("bucket", "role", "member", "condition"),
    "google_made_up_iam_member": ("made_up", "role", "member"),
    "google_project_iam_custom_role": ("role_id", "permissions", "project"),
    "google_iam_deny_policy": ("parent", "name", "rules"),
    "google_iam_principal_access_boundary_policy": ("organization", "details", "name"),
    "google_iam_projects_policy_binding": ("policy", "target", "condition", "policy_kind"),
    "google_iam_workload_identity_pool": ("workload_identity_pool_id", "name"),
    "google_iam_workload_identity_pool_provider": ("workload_identity_pool_id", "oidc", "attribute_condition"),
    "google_cloud_identity_group": ("group_key", "name"),
    "google_cloud_identity_group_membership": ("group", "preferred_member_key"),
    "google_compute_instance": ("name", "service_account", "project"),
    "google_sql_database_instance": ("name", "project", "settings"),
    "google_storage_bucket": ("name", "project", "retention_policy"),
}  # fmt: skip
ADDRESSES = st.sampled_from([*(f"{kind}.x" for kind in ARGUMENTS), "data.google_iam_policy.x", "var.x"])
REFERENCES = st.builds(Reference, ADDRESSES, st.sampled_from(["email", "name", "id", "member", "project_id", ""]))
TEXTS = st.sampled_from(
    [
        "", "x", "*", "shop", "roles/owner", "roles/x", "projects/shop/roles/x", "organizations/1", "folders/2", "allUsers",
        "serviceAccount:x@shop.iam.gserviceaccount.com", "serviceAccount:shop.svc.id.goog[a/b]", "serviceAccount:", "user:", "group:g@x",
        "principalSet://goog/public:all", "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/x/subject/s",
        "projectOwner:shop", "deleted:user:x?uid=1", '{"bindings": 1}', '{"bindings": [1, {"role": 1, "members": {}}]}', "{",
        "cloudresourcemanager.googleapis.com%2Fprojects%2Fshop", "%%%", "resource.name.startsWith('x')", "(((", "cloudsql.instances.delete",
        "cloudsql.googleapis.com/*", "//cloudresourcemanager.googleapis.com/projects/shop", "projects/", "/projects",
    ]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    TEXTS,
    st.builds(lambda references: Unknown(references=tuple(references)), st.lists(REFERENCES, max_size=2)),
    st.builds(lambda parts: Unknown(parts=tuple(parts)), st.lists(st.one_of(TEXTS, REFERENCES), min_size=1, max_size=3)),
    st.just(Unknown(document={"bindings": [Unknown("x"), {"role": Unknown("y"), "members": Unknown("z")}]})),
)
KEYS = st.sampled_from(
    [
        "expression", "deny_rule", "denied_principals", "denied_permissions", "exception_principals", "denial_condition", "rules",
        "resources", "principal_set", "issuer_uri", "id", "email", "is_locked", "retention_period",
    ]
)  # fmt: skip
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=8
)


@st.composite
def resources(draw: st.DrawFn) -> tuple[Resource, ...]:
    """Some resources of each kind that access is read from, with anything in their arguments."""
    found = {}
    for kind in draw(st.lists(st.sampled_from(sorted(ARGUMENTS)), max_size=12)):
        values = {argument: draw(VALUES) for argument in ARGUMENTS[kind]}
        address = f"{kind}.{draw(st.sampled_from(['x', 'y', 'z[0]']))}"
        found[address] = made(address, **{key: value for key, value in values.items() if value is not None})
    return tuple(found.values())


@given(resources())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_anything_is_answered(found: tuple[Resource, ...]) -> None:
    """Nothing that can stand in an argument ends the scan, and every account acts, with a reason for what it is."""
    picture = build([Input("estate", "module", found)], load_catalog(), Settings())
    shown = {each.address for each in found if each.type == "google_service_account"}
    acting = [each for each in picture.identities if each.language == "google"]
    if acting:
        assert shown <= {each.address for each in acting}
    assert all(each.reason for each in acting)
    answers = Authority(picture)
    for identity in acting:
        assert all(power.path or power.verb is Verb.ESCALATE for power in answers.powers_of(identity.address))
        assert answers.can(identity.address, "cloudsql.instances.delete", "*").outcome
    for store in picture.stores:
        list(answers.destroys_all(store.address))


def test_a_list_in_a_list_has_no_arguments() -> None:
    """What is looked up in something that is no block is not there."""
    assert lookup({"settings": [[]]}, "settings.backup_configuration.enabled") is None
    assert lookup({"settings": [["x"]]}, "settings.0.enabled") is None


def test_names_that_are_no_texts() -> None:
    """A bucket whose name is a list, and a folder whose id is known after apply, are answered like any other."""
    bucket = made("google_storage_bucket.x", name=["a"], project="shop")
    folder = made("google_folder.x", folder_id=Unknown("known only after apply"))
    where = Unknown("later", references=(Reference("google_folder.x", "id"),))
    binding = made("google_folder_iam_member.x", folder=where, role="roles/owner", member="user:a@shop.example")
    picture = build([Input("estate", "module", (bucket, folder, binding))], load_catalog(), Settings())
    assert {each.address for each in picture.stores} == {bucket.address, folder.address}
    assert [each.address for each in picture.identities] == ["user:a@shop.example"]
