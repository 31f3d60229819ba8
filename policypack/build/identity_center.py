"""IAM Identity Center: what a permission set lets the people do who have it in an account.

A permission set becomes one role in each account that it is assigned in, with the set's policies (IAM Identity Center User
Guide, permission sets). So there is one identity for each set and account, and its reason names who has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from policypack.build.identity_documents import Documents, joined, partition_of, stands
from policypack.build.identity_kinds import Clues, recognise
from policypack.build.identity_policies import attached, customer_managed
from policypack.model import (
    Domain,
    Gap,
    Identity,
    IdentityKind,
    Policy,
    Reference,
    Resource,
    Unknown,
    Value,
    replace,
    same_domain,
)

_SET = "aws_ssoadmin_permission_set"
_ROLE = "role/aws-reserved/sso.amazonaws.com/"


def permission_sets(documents: Documents) -> Iterator[Identity]:
    """Every permission set in every account that it is assigned in. Unassigned, it stands for its own account's unknown."""
    estate = documents.estate
    parts = defaultdict(list)
    for each in estate.resources:
        if each.type.startswith("aws_ssoadmin_") and each.mode == "managed" and stands(each) and each.type != _SET:
            for found in estate.index.find(each.get("permission_set_arn"), each, lambda kind: kind == _SET).resources:
                parts[found.inside, found.address].append(each)
    for each in estate.resources:
        if each.type == _SET and each.mode == "managed" and stands(each):
            yield from _identities(each, parts[each.inside, each.address], documents)


def lost_parts(documents: Documents) -> Iterator[Gap]:
    """What is attached to a permission set that the inputs do not show."""
    estate = documents.estate
    for each in estate.resources:
        value = each.get("permission_set_arn") if each.type.startswith("aws_ssoadmin_") and each.mode == "managed" else None
        if value is not None and not any(
            found.mode == "managed" for found in estate.index.find(value, each, lambda kind: kind == _SET).resources
        ):
            said = f"the permission set that {each.address} is for is not among the inputs"
            yield Gap(said, each.location, inputs=(each.inside,))


def _identities(permission_set: Resource, parts: list[Resource], documents: Documents) -> Iterator[Identity]:
    by_account: dict[Domain, list[Resource]] = {}
    for each in parts:
        if each.type == "aws_ssoadmin_account_assignment":
            by_account.setdefault(_account(each, documents), []).append(each)
    nowhere = Domain("aws", Unknown("its assignments are not among the inputs"), f"{permission_set.inside}#unassigned")
    for domain, assignments in (by_account or {nowhere: []}).items():
        policies = tuple(_policies(parts, domain, documents))
        boundary = [each for each in parts if each.type == "aws_ssoadmin_permissions_boundary_attachment"]
        made = Identity(
            assignments[0] if len(by_account) > 1 else permission_set,
            "aws",
            "permission_set",
            _arn(permission_set, domain, documents),
            domain,
            IdentityKind.PERSON,
            _reason(assignments, documents),
            policies,
            _boundary(boundary[0], domain, documents) if boundary else None,
            tags=documents.estate.tags(permission_set),
        )
        yield _recognised(made, permission_set, documents)


def _recognised(made: Identity, permission_set: Resource, documents: Documents) -> Identity:
    """People have it, unless the settings, its name or its tags say that an agent acts with it."""
    name = permission_set.get("name")
    tags = made.tags if isinstance(made.tags, Unknown) else dict(made.tags)
    for each in (permission_set, made.resource):
        found = recognise(Clues(each, made.arn, (name,) if isinstance(name, str) else (), tags), documents.estate)
        if found.kind is IdentityKind.AGENT:
            return replace(made, kind=found.kind, reason=found.reason, declared=found.declared)
    return made


def _account(assignment: Resource, documents: Documents) -> Domain:
    """The account that an assignment is for."""
    target = documents.text(assignment.get("target_id"), assignment)
    home = documents.domains.of(assignment)
    if isinstance(target, str):
        return documents.domains.make("aws", target, f"{assignment.inside}#{target}")
    if isinstance(target, Unknown) and target.parts == (home.account,):
        return home
    said = ", ".join(str(each) for each in target.references) if isinstance(target, Unknown) else "not written"
    return Domain("aws", Unknown(f"the account of {assignment.address} cannot be told"), f"{assignment.inside}#{said}")


def _policies(parts: list[Resource], domain: Domain, documents: Documents) -> Iterator[Policy]:
    for each in parts:
        if each.type == "aws_ssoadmin_permission_set_inline_policy":
            yield Policy(each.address, documents.of(each.get("inline_policy"), each), each, each)
        elif each.type == "aws_ssoadmin_managed_policy_attachment":
            yield attached(each.get("managed_policy_arn"), each, documents)
        elif each.type in {
            "aws_ssoadmin_customer_managed_policy_attachment",
            "aws_ssoadmin_customer_managed_policy_attachments_exclusive",
        }:
            for block in each.blocks("customer_managed_policy_reference"):
                yield _customer(block, each, domain, documents)
        elif each.type == "aws_ssoadmin_managed_policy_attachments_exclusive":
            arns = each.get("managed_policy_arns")
            for arn in arns if isinstance(arns, list) else [arns]:
                yield attached(arn, each, documents)


def _customer(block: Value, holder: Resource, domain: Domain, documents: Documents) -> Policy:
    """A policy that is named, and that each account has under that name for itself."""
    name = block.get("name") if isinstance(block, dict) else block
    candidates = documents.estate.index.find(name, holder, lambda kind: kind == "aws_iam_policy").resources
    there = [each for each in candidates if same_domain(documents.domains.of(each), domain) is True]
    if len(there) == 1:
        return customer_managed(there[0], holder, documents)
    shown = name if isinstance(name, str) else "customer managed policy"
    return Policy(shown, Unknown(f"the policy {shown} of the account {domain} is not among the inputs"), None, holder)


def _boundary(holder: Resource, domain: Domain, documents: Documents) -> Policy:
    block = holder.get("permissions_boundary.customer_managed_policy_reference")
    block = block[0] if isinstance(block, list) and block else block
    if block is not None:
        return _customer(block, holder, domain, documents)
    return attached(holder.get("permissions_boundary.managed_policy_arn"), holder, documents)


def _arn(permission_set: Resource, domain: Domain, documents: Documents) -> str | Unknown:
    name = permission_set.get("name")
    shown = name if isinstance(name, str) else Reference(permission_set.address, "name")
    parts: list[str | Reference] = [f"arn:{partition_of(documents.estate, permission_set)}:iam::", domain.account, f":{_ROLE}"]
    # Between them stands the region of the instance, or nothing, and at the end a suffix that the service makes up.
    parts += [
        Reference(permission_set.address, "region_path"),
        "AWSReservedSSO_",
        shown,
        "_",
        Reference(permission_set.address, "suffix"),
    ]
    made = joined(parts)
    assert isinstance(made, Unknown)
    return replace(made, reason="the name of its role is made by Identity Center")


def _reason(assignments: list[Resource], documents: Documents) -> str:
    who = sorted({_principal(each, documents) for each in assignments})
    return (
        f"people sign in with it through IAM Identity Center: {', '.join(who)}"
        if who
        else "people sign in with it through IAM Identity Center"
    )


def _principal(assignment: Resource, documents: Documents) -> str:
    """The user or group, by the name that its resource or the look-up of it has."""
    value, form = assignment.get("principal_id"), assignment.get("principal_type")
    word = str(form).lower() if isinstance(form, str) else "principal"
    kinds = {"aws_identitystore_group": "display_name", "aws_identitystore_user": "user_name"}
    found = documents.estate.index.find(value, assignment, lambda kind: kind in kinds).resources
    if found:
        name = found[0].get(kinds[found[0].type])
        return f"{word} {name if isinstance(name, str) else found[0].address}"
    references = value.references if isinstance(value, Unknown) else ()
    return f"{word} {references[0].address if references else value if isinstance(value, str) else 'not known'}"
