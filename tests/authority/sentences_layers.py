"""What grants and what limits: IAM User Guide, evaluation logic, boundaries and principals; Organizations User Guide, SCPs and RCPs."""

from __future__ import annotations

from typing import Any

from tests.authority.sentences import ADMIN, DENY, KEY, OBJECT, ROOT, Call, Sentence, allow, deny, mine, to, when
from tests.authority.worlds import ACCOUNT, ALL, BUCKET, DB, NOTHING, OTHER_ACCOUNT, ROLE, SESSION, USER, document, statement

LOGIC = "reference_policies_evaluation-logic"
DENYALLOW, CROSS = f"{LOGIC}_policy-eval-denyallow", f"{LOGIC}-cross-account"
BOUNDARIES = "access_policies_boundaries"
PRINCIPAL, NOT_PRINCIPAL = "reference_policies_elements_principal", "reference_policies_elements_notprincipal"
SCPS, SCP_LEVELS, RCPS = "orgs_manage_policies_scps", "orgs_manage_policies_scps_evaluation", "orgs_manage_policies_rcps"
FULL = "service control policy now supports full IAM language (AWS Security Blog)"
KEYS = "key-policies (AWS KMS Developer Guide)"

LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/other"
STRANGER = f"arn:aws:iam::{OTHER_ACCOUNT}:user/stranger"
STRANGER_ROOT = f"arn:aws:iam::{OTHER_ACCOUNT}:root"
NOBODY_ELSE = {"ArnNotEquals": {"aws:PrincipalArn": ROLE}}


def excluding(*principals: str, effect: str = "Deny") -> dict[str, Any]:
    """A resource policy for everybody but these."""
    return document(statement(effect, NotPrincipal={"AWS": list(principals)}))


def rcp(action: Any = "*", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A resource control policy that denies."""
    return document(statement("Deny", action, resource, Principal="*", **more))


def key(**layers: Any) -> Call:
    """A call that destroys a key."""
    return Call("kms:ScheduleKeyDeletion", KEY, layers=layers)


def assume(*, trust: Any = None, who: str = USER, owner: str = ACCOUNT, **layers: Any) -> Call:
    """A call that takes a role."""
    return Call(
        "sts:AssumeRole", ADMIN, who=who, owner=owner, layers={**layers, **({} if trust is None else {"resource": trust})}
    )


def trusting(principal: Any, **more: Any) -> dict[str, Any]:
    """A trust policy: it has no Resource."""
    return to(principal, action="sts:AssumeRole", resource=None, **more)


LAYERS = [
    Sentence("nothing is allowed that nothing allows", DENYALLOW, (mine(ALL),), (mine(), mine(NOTHING))),
    Sentence("a Deny anywhere wins", DENYALLOW, (mine(ALL, deny("ec2:*"), boundary=ALL, scps=[[ALL]]),), (mine(ALL, DENY), mine(ALL, boundary=document(statement(), statement("Deny"))), mine(ALL, session=document(statement(), statement("Deny")), who=SESSION), mine(ALL, scps=[[ALL, DENY]]), mine(ALL, rcps=[[rcp()]]), mine(ALL, resource=to("*", effect="Deny")))),
    Sentence("all policies of a caller count together", DENYALLOW, (mine(NOTHING, ALL),), (mine(NOTHING, NOTHING),)),
    Sentence("a boundary is the most that there can be", BOUNDARIES, (mine(ALL, boundary=allow("s3:*")),), (mine(ALL, boundary=NOTHING), mine(NOTHING, boundary=ALL))),
    Sentence("a session policy is the most that a session can", DENYALLOW, (mine(ALL, session=allow("s3:*"), who=SESSION),), (mine(ALL, session=NOTHING, who=SESSION), mine(NOTHING, session=ALL, who=SESSION))),
    Sentence("boundary and session policy both have to allow", DENYALLOW, (mine(ALL, boundary=ALL, session=ALL, who=SESSION),), (mine(ALL, boundary=NOTHING, session=ALL, who=SESSION), mine(ALL, boundary=ALL, session=NOTHING, who=SESSION))),
    Sentence("the identity's policy or the resource's is enough", DENYALLOW, (mine(ALL, resource=to(STRANGER)), mine(resource=to(USER))), (mine(resource=to(STRANGER)),)),
    Sentence("naming the user goes past its boundary", BOUNDARIES, (mine(resource=to(USER), boundary=NOTHING),), (mine(resource=to(f"{USER}x"), boundary=NOTHING), mine(resource=to(USER), boundary=DENY))),
    Sentence("naming the session goes past boundary and session policy", BOUNDARIES, (mine(resource=to(SESSION), boundary=NOTHING, session=NOTHING, who=SESSION),), (mine(resource=to(f"{SESSION}x"), boundary=ALL, who=SESSION), mine(resource=to(SESSION), session=DENY, who=SESSION))),
    Sentence("naming the role stays within both, and needs no policy of the role", BOUNDARIES, (mine(resource=to(ROLE), boundary=ALL, session=ALL, who=SESSION),), (mine(resource=to(ROLE), boundary=NOTHING, who=SESSION), mine(resource=to(ROLE), session=NOTHING, who=SESSION))),
    Sentence("everyone with aws:PrincipalArn goes past implicit denials", PRINCIPAL, (mine(resource=to("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}), boundary=NOTHING, session=NOTHING, who=SESSION, keys={"aws:PrincipalArn": ROLE}),), (mine(resource=to("*", Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}), boundary=NOTHING, who=SESSION, keys={"aws:PrincipalArn": OTHER_ROLE}),)),
    Sentence("naming the account delegates, and grants nothing", PRINCIPAL, (mine(ALL, resource=to(ROOT)), mine(ALL, resource=to(ACCOUNT))), (mine(resource=to(ROOT)), mine(resource=to(ACCOUNT)), mine(resource=to(ROOT), who=SESSION))),
    Sentence("the root user is beyond identity policies and not beyond SCPs", SCPS, (Call(who=ROOT), Call(who=ROOT, layers={"scps": [[ALL]]})), (Call(who=ROOT, layers={"scps": [[NOTHING]]}), Call(who=ROOT, layers={"scps": [[ALL, DENY]]}), Call(who=ROOT, layers={"resource": to("*", effect="Deny")}))),
]  # fmt: skip

PRINCIPALS = [
    Sentence("a star is everyone, however it is written", PRINCIPAL, (mine(resource=to("*")), mine(resource=to({"AWS": "*"})), mine(resource=to({"AWS": [STRANGER, "*"]}))), (mine(resource=to({"Service": "*"})), mine(resource=to({"AWS": "arn:aws:iam::*:user/agent"})))),
    Sentence("no other wildcard names anybody", PRINCIPAL, (mine(ALL, resource=to([f"arn:aws:iam::{ACCOUNT}:*", "arn:aws:iam::*:root"], effect="Deny")),), (mine(resource=to(f"arn:aws:iam::{ACCOUNT}:user/*")), mine(resource=to(f"{USER[:-1]}?")), mine(resource=to("arn:aws:iam::*:root"), owner=OTHER_ACCOUNT))),
    Sentence("names of principals are case-sensitive", PRINCIPAL, (mine(resource=to(USER)),), (mine(resource=to(USER.replace("agent", "Agent"))),)),
    Sentence("several principals are alternatives", PRINCIPAL, (mine(resource=to([STRANGER, USER])),), (mine(resource=to([STRANGER, ROLE])),)),
    Sentence("a service is not a user", PRINCIPAL, (mine(resource=to({"Service": "s3.amazonaws.com", "AWS": USER})),), (mine(resource=to({"Service": "s3.amazonaws.com"})), mine(resource=to({"Federated": "accounts.google.com"})))),
    Sentence("what was deleted is an id, which may be anybody's", PRINCIPAL, (mine(resource=to(["AIDAEXAMPLEEXAMPLE", USER])),), (mine(resource=to(["AIDA", ROLE])),), (mine(resource=to("AIDAEXAMPLEEXAMPLE")), mine(ALL, resource=to("AROAEXAMPLEEXAMPLE", effect="Deny"), who=ROLE))),
    Sentence("a canonical user is an account by another number", PRINCIPAL, (mine(ALL, resource=to({"CanonicalUser": "79a5"})),), (mine(resource=to({"CanonicalUser": "79a5"})),), (mine(ALL, resource=to({"CanonicalUser": "79a5"}), owner=OTHER_ACCOUNT), mine(ALL, resource=to({"CanonicalUser": "79a5"}, effect="Deny")))),
    Sentence("an ARN of a role is that of its sessions", PRINCIPAL, (mine(resource=to(ROLE), who=SESSION), mine(resource=to(ROLE), who=ROLE)), (mine(resource=to(OTHER_ROLE), who=SESSION), mine(ALL, resource=to(ROLE, effect="Deny"), who=SESSION))),
    Sentence("Deny with NotPrincipal spares who is listed with its account", NOT_PRINCIPAL, (mine(ALL, resource=excluding(USER, ROOT)), mine(ALL, resource=excluding(SESSION, ROLE, ROOT), who=SESSION)), (mine(ALL, resource=excluding(STRANGER, STRANGER_ROOT)),), (mine(ALL, resource=excluding(USER)), mine(ALL, resource=excluding(ROOT)), mine(ALL, resource=excluding(ROLE, ROOT), who=SESSION))),
    Sentence("and whoever has a boundary is denied", BOUNDARIES, (mine(ALL, resource=excluding(USER, ROOT)),), (mine(ALL, resource=excluding(USER, ROOT), boundary=ALL), mine(ALL, resource=excluding("*"), boundary=ALL))),
    Sentence("Allow with NotPrincipal is not supported", NOT_PRINCIPAL, (mine(ALL, resource=excluding(STRANGER, effect="Allow")),), (mine(resource=excluding(USER, effect="Allow")),), (mine(resource=excluding(STRANGER, effect="Allow")),)),
    Sentence("identity policies, boundaries and SCPs name no principals", NOT_PRINCIPAL, (mine(ALL, document(statement("Deny", "ec2:*", Principal="*"))),), (mine(document(statement(action="ec2:*", NotPrincipal={"AWS": USER}))),), (mine(document(statement(NotPrincipal={"AWS": STRANGER}))), mine(ALL, boundary=to("*")), mine(ALL, scps=[[to("*")]]), mine(ALL, document(statement("Deny", NotPrincipal={"AWS": USER}))))),
]  # fmt: skip

ACROSS = [
    Sentence("across accounts both sides have to allow", CROSS, (mine(ALL, resource=to(USER), owner=OTHER_ACCOUNT),), (mine(ALL, owner=OTHER_ACCOUNT), mine(resource=to(USER), owner=OTHER_ACCOUNT), mine(resource=to("*"), owner=OTHER_ACCOUNT))),
    Sentence("the owner may name the caller's account", CROSS, (mine(ALL, resource=to(ROOT), owner=OTHER_ACCOUNT), mine(ALL, resource=to(ACCOUNT), owner=OTHER_ACCOUNT)), (mine(ALL, resource=to(STRANGER_ROOT), owner=OTHER_ACCOUNT),)),
    Sentence("boundary, session policy and SCPs of the caller hold there too", CROSS, (mine(ALL, resource=to("*"), boundary=ALL, scps=[[ALL]], owner=OTHER_ACCOUNT),), (mine(ALL, resource=to(USER), boundary=NOTHING, owner=OTHER_ACCOUNT), mine(ALL, resource=to(SESSION), session=NOTHING, who=SESSION, owner=OTHER_ACCOUNT), mine(ALL, resource=to(USER), scps=[[NOTHING]], owner=OTHER_ACCOUNT))),
    Sentence("RCPs of the owner hold for strangers", RCPS, (mine(ALL, resource=to(USER), rcps=[[rcp("s3:Get*")]], owner=OTHER_ACCOUNT),), (mine(ALL, resource=to(USER), rcps=[[rcp()]], owner=OTHER_ACCOUNT),)),
    Sentence("a trust policy and a permission, across accounts", CROSS, (assume(identity=[ALL], trust=trusting(ROOT), owner=OTHER_ACCOUNT),), (assume(identity=[ALL], trust=trusting(STRANGER_ROOT), owner=OTHER_ACCOUNT), assume(trust=trusting(USER), owner=OTHER_ACCOUNT))),
    Sentence("root of another account needs the resource's policy", CROSS, (Call(who=ROOT, owner=OTHER_ACCOUNT, layers={"resource": to(ROOT)}),), (Call(who=ROOT, owner=OTHER_ACCOUNT),)),
]  # fmt: skip

DELEGATED = [
    Sentence("a key's policy has to name the caller or its account", KEYS, (key(identity=[ALL], resource=to(ROOT)), key(resource=to(USER))), (key(identity=[ALL]), key(identity=[ALL], resource=to(STRANGER)), key(identity=[ALL], resource=to(ROOT, action="kms:Describe*")))),
    Sentence("a key's account grants nothing by itself", KEYS, (key(identity=[allow("kms:*")], resource=to(ROOT)),), (key(resource=to(ROOT)), key(identity=[NOTHING], resource=to(ROOT)), key(identity=[ALL], boundary=NOTHING, resource=to(ROOT)))),
    Sentence("a key's policy that names the user needs no more", KEYS, (key(resource=to(USER), boundary=NOTHING),), (key(resource=to(USER), scps=[[NOTHING]]), key(identity=[ALL], resource=document(statement(Principal={"AWS": ROOT}), statement("Deny", "kms:Schedule*", Principal="*"))))),
    Sentence("what is no key has no key's policy", KEYS, (mine(ALL, action="kms:CreateKey", on="*"), mine(ALL, action="kms:DeleteAlias", on=KEY.replace("key/0-1", "alias/a"))), (mine(ALL, action="kms:DeleteAlias", on=KEY),)),
    Sentence("a trust policy has to name the caller or its account", DENYALLOW, (assume(identity=[ALL], trust=trusting(ROOT)), assume(trust=trusting(USER)), assume(trust=trusting(ROLE), who=SESSION)), (assume(identity=[ALL]), assume(trust=trusting(ROOT)), assume(identity=[ALL], trust=trusting({"Service": "ec2.amazonaws.com"})))),
    Sentence("a trust policy is about its role and needs no Resource", DENYALLOW, (assume(trust=trusting(USER)), assume(trust=to(USER, action="sts:*", resource=None))), (assume(trust=to(USER, action="sts:TagSession", resource=None)), assume(identity=[ALL], trust=document(statement(action="sts:AssumeRole", resource=None, Principal={"AWS": ROOT}), statement("Deny", "sts:AssumeRole", None, Principal={"AWS": USER}))))),
    Sentence("a role that names itself is named in its trust policy", "AWS Security Blog: IAM role trust policy behavior", (assume(identity=[ALL], trust=trusting(ADMIN), who=ADMIN),), (assume(identity=[ALL], trust=trusting({"Service": "ec2.amazonaws.com"}), who=ADMIN),)),
]  # fmt: skip

# Types of resources with a policy of their own: an action, an ARN.
TYPES = [
    ("a bucket", "s3:DeleteBucket", BUCKET),
    ("an object", "s3:DeleteObject", OBJECT),
    ("a backup vault", "backup:DeleteRecoveryPoint", f"arn:aws:backup:us-east-1:{ACCOUNT}:recovery-point:0-1"),
    ("a secret", "secretsmanager:DeleteSecret", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:s-abcdef"),
    ("a repository", "ecr:DeleteRepository", f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/r"),
    ("a queue", "sqs:DeleteQueue", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"),
    ("a topic", "sns:DeleteTopic", f"arn:aws:sns:us-east-1:{ACCOUNT}:t"),
    ("a function", "lambda:DeleteFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"),
    ("a table", "dynamodb:DeleteTable", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"),
    ("a file system", "elasticfilesystem:DeleteFileSystem", f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:file-system/fs-1"),
]  # fmt: skip


def calling(action: str, arn: str, **layers: Any) -> Call:
    """A call on one of these."""
    return Call(action, arn, layers=layers)


OF_TYPES = [
    Sentence(
        f"the policy of {name} grants, limits, and needs no Resource of its own",
        "reference_aws-services-that-work-with-iam",
        (
            calling(action, arn, resource=to(USER, action=action)),
            calling(action, arn, resource=to(USER, action=action, resource=None)),
            calling(action, arn, resource=to(USER, action=action, resource=arn), boundary=NOTHING),
            calling(action, arn, identity=[ALL], resource=to(STRANGER, effect="Deny")),
        ),
        (
            calling(action, arn, resource=to(STRANGER, action=action)),
            calling(action, arn, resource=to(ROOT, action=action)),
            calling(action, arn, resource=to(USER, action=action, resource=f"{arn}-2")),
            calling(action, arn, identity=[ALL], resource=to("*", effect="Deny", action=action.lower())),
        ),
    )
    for name, action, arn in TYPES
]

ORGANIZATION = [
    Sentence("every level has to allow", SCP_LEVELS, (mine(ALL, scps=[[ALL], [allow("s3:*")], [NOTHING, ALL]]),), (mine(ALL, scps=[[ALL], [NOTHING], [ALL]]), mine(ALL, scps=[[allow("s3:*")], [allow("ec2:*")]]), mine(ALL, scps=[[NOTHING], [ALL]]))),
    Sentence("a Deny at any level is final", SCP_LEVELS, (mine(ALL, scps=[[ALL, deny("ec2:*")], [ALL]]),), (mine(ALL, scps=[[ALL, DENY], [ALL]]), mine(ALL, scps=[[ALL], [ALL, deny(None, NotAction="ec2:*")]]))),
    Sentence("an SCP grants nothing", SCPS, (mine(ALL, scps=[[ALL]]),), (mine(scps=[[ALL]]),)),
    Sentence("an SCP limits what a resource's policy grants", SCPS, (mine(resource=to(USER), scps=[[ALL]]),), (mine(resource=to(USER), scps=[[NOTHING]]), mine(resource=to("*"), scps=[[ALL, DENY]]))),
    Sentence("SCPs do not bind the management account", SCPS, (mine(ALL, scps=[[NOTHING, DENY]], management=True), Call(who=ROOT, management=True, layers={"scps": [[DENY]]})), (mine(ALL, scps=[[NOTHING, DENY]]), mine(ALL, DENY, scps=[[ALL]], management=True))),
    Sentence("nor service-linked roles", SCPS, (mine(ALL, scps=[[DENY]], who=LINKED),), (mine(ALL, scps=[[DENY]], who=ROLE), mine(NOTHING, scps=[[DENY]], who=LINKED))),
    Sentence("a delegated administrator is a member like others", RCPS, (mine(ALL, scps=[[ALL]], rcps=[[rcp("ec2:*")]]),), (mine(ALL, scps=[[ALL, DENY]]), mine(ALL, rcps=[[rcp()]]))),
    Sentence("SCPs have the whole language", FULL, (mine(ALL, scps=[[allow("s3:*", None, NotResource=f"{BUCKET}-2")]]), mine(ALL, scps=[[allow(None, NotAction="iam:*")]]), mine(ALL, scps=[[when("StringEquals", "x")]], keys={"aws:PrincipalTag/k": "x"}), mine(ALL, scps=[[allow("s3:*Bucket")]])), (mine(ALL, scps=[[allow("s3:*", f"{BUCKET}-2")]]), mine(ALL, scps=[[when("StringEquals", "x")]], keys={"aws:PrincipalTag/k": "y"}), mine(ALL, scps=[[ALL, deny("*", "*", Condition={"StringEquals": {"aws:PrincipalTag/k": "y"}})]], keys={"aws:PrincipalTag/k": "y"}))),
    Sentence("an SCP that spares one role", SCPS, (mine(ALL, scps=[[ALL, deny("*", "*", Condition=NOBODY_ELSE)]], who=ROLE, keys={"aws:PrincipalArn": ROLE}),), (mine(ALL, scps=[[ALL, deny("*", "*", Condition=NOBODY_ELSE)]], keys={"aws:PrincipalArn": USER}),)),
    Sentence("RCPs count through Deny alone", RCPS, (mine(ALL, rcps=[[to("*", action="ec2:*")]]),), (mine(rcps=[[to("*")]]), mine(ALL, rcps=[[to("*")], [to("*"), rcp("s3:*", BUCKET)]]))),
    Sentence("RCPs reach some services", RCPS, (mine(ALL, rcps=[[rcp()]], action="rds:DeleteDBInstance", on=DB), mine(ALL, rcps=[[rcp()]], action="backup:DeleteBackupVault", on=f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:v"), mine(ALL, rcps=[[rcp()]], action="ec2:DeleteSnapshot", on="arn:aws:ec2:us-east-1::snapshot/s-1")), (mine(ALL, rcps=[[rcp()]]), mine(ALL, rcps=[[rcp()]], action="secretsmanager:DeleteSecret", on=f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:s"), mine(ALL, rcps=[[rcp()]], action="dynamodb:DeleteTable", on=f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"), assume(identity=[ALL], trust=trusting(USER), rcps=[[rcp()]])), (mine(ALL, rcps=[[rcp()]], action="sns:DeleteTopic", on=f"arn:aws:sns:us-east-1:{ACCOUNT}:t"),)),
    Sentence("RCPs spare the management account's resources", RCPS, (mine(ALL, rcps=[[rcp()]], owner_management=True),), (mine(ALL, rcps=[[rcp()]], management=True),)),
    Sentence("and service-linked roles", RCPS, (mine(ALL, rcps=[[rcp()]], who=LINKED),), (mine(ALL, rcps=[[rcp()]], who=ROLE),)),
    Sentence("and the retiring of grants", "resource-control-policies (AWS KMS Developer Guide)", (Call("kms:RetireGrant", KEY, layers={"identity": [ALL], "resource": to(ROOT), "rcps": [[rcp("kms:*")]]}),), (Call("kms:RevokeGrant", KEY, layers={"identity": [ALL], "resource": to(ROOT), "rcps": [[rcp("kms:*")]]}),)),
    Sentence("an RCP's principal is everyone", RCPS, (mine(ALL, rcps=[[document(statement("Deny", "ec2:*", Principal="*"))]]),), (mine(ALL, rcps=[[document(statement("Deny", Principal={"AWS": "*"}))]]),), (mine(ALL, rcps=[[document(statement("Deny", Principal={"AWS": USER}))]]), mine(ALL, rcps=[[DENY]]))),
]  # fmt: skip

DECIDING = [*LAYERS, *PRINCIPALS, *ACROSS, *DELEGATED, *OF_TYPES, *ORGANIZATION]
