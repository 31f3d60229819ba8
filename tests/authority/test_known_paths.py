"""The published list of privilege escalations: each of its paths is a rule here, with the same calls or fewer.

Numbers and calls are those of pathfinding.cloud (65 paths as of December 2025, Apache-2.0).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.catalog.aws_iam.escalation import Escalation, escalations
from policypack.model import Outcome
from tests.authority.pictures import asked
from tests.authority.test_reach_rules import verdict, world

YES, MAYBE = Outcome.YES, Outcome.MAYBE
PASS = "iam:PassRole"
ASSUME, REWRITE = "sts:AssumeRole", "iam:UpdateAssumeRolePolicy"
# Number -> calls, the rule that is this path, and how sure it is. MAYBE: its rule says which fact decides beside the calls.
PATHS: dict[str, tuple[list[str], str, Outcome]] = {
    "apprunner-001": ([PASS, "apprunner:CreateService"], "new_app_runner_service", YES),
    "apprunner-002": (["apprunner:UpdateService"], "app_runner_service_changed", YES),
    "bedrock-001": (
        [
            PASS,
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:StartCodeInterpreterSession",
            "bedrock-agentcore:InvokeCodeInterpreter",
        ],
        "new_code_interpreter",
        YES,
    ),
    "bedrock-002": (
        ["bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"],
        "code_interpreter_used",
        YES,
    ),
    "cloudformation-001": ([PASS, "cloudformation:CreateStack"], "new_stack", YES),
    "cloudformation-002": (["cloudformation:UpdateStack"], "stack_changed", YES),
    "cloudformation-003": ([PASS, "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"], "new_stack", YES),
    "cloudformation-004": ([PASS, "cloudformation:UpdateStackSet"], "new_stack", YES),
    "cloudformation-005": (["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"], "stack_changed", YES),
    "codebuild-001": ([PASS, "codebuild:CreateProject", "codebuild:StartBuild"], "new_build", YES),
    "codebuild-002": (["codebuild:StartBuild"], "build_with_other_commands", YES),
    "codebuild-003": (["codebuild:StartBuildBatch"], "build_with_other_commands", YES),
    "codebuild-004": ([PASS, "codebuild:CreateProject", "codebuild:StartBuildBatch"], "new_build", YES),
    "datapipeline-001": (
        [PASS, "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"],
        "new_data_pipeline",
        YES,
    ),
    "ec2-001": ([PASS, "ec2:RunInstances"], "new_instance", YES),
    "ec2-002": (
        ["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"],
        "instance_started_with_other_user_data",
        YES,
    ),
    "ec2-003": ([PASS, "ec2:RequestSpotInstances"], "new_instance", YES),
    "ec2-004": (["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"], "launch_template_changed", MAYBE),
    "ec2instanceconnect-003": (
        ["ec2-instance-connect:SendSSHPublicKey", "ec2:DescribeInstances"],
        "key_sent_to_an_instance",
        MAYBE,
    ),
    "ecs-001": ([PASS, "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"], "new_task", YES),
    "ecs-002": ([PASS, "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"], "new_task", YES),
    "ecs-003": ([PASS, "ecs:RegisterTaskDefinition", "ecs:CreateService"], "new_task", YES),
    "ecs-004": ([PASS, "ecs:RegisterTaskDefinition", "ecs:RunTask"], "new_task", YES),
    "ecs-005": ([PASS, "ecs:RegisterTaskDefinition", "ecs:StartTask"], "new_task", YES),
    "glue-001": ([PASS, "glue:CreateDevEndpoint"], "new_glue_job", YES),
    "glue-002": (["glue:UpdateDevEndpoint"], "glue_endpoint_changed", YES),
    "glue-003": ([PASS, "glue:CreateJob", "glue:StartJobRun"], "new_glue_job", YES),
    "glue-004": ([PASS, "glue:CreateJob", "glue:CreateTrigger"], "new_glue_job", YES),
    "glue-005": ([PASS, "glue:UpdateJob", "glue:StartJobRun"], "new_glue_job", YES),
    "glue-006": ([PASS, "glue:UpdateJob", "glue:CreateTrigger"], "new_glue_job", YES),
    "iam-001": (["iam:CreatePolicyVersion"], "new_version_of_own_policy", YES),
    "iam-002": (["iam:CreateAccessKey"], "access_key_of_a_user", MAYBE),
    "iam-003": (["iam:CreateAccessKey", "iam:DeleteAccessKey"], "access_key_of_a_user_in_place_of_another", YES),
    "iam-004": (["iam:CreateLoginProfile"], "password_of_a_user", MAYBE),
    "iam-005": (["iam:PutRolePolicy"], "inline_policy_on_own_role", YES),
    "iam-006": (["iam:UpdateLoginProfile"], "new_password_of_a_user", MAYBE),
    "iam-007": (["iam:PutUserPolicy"], "inline_policy_on_own_user", YES),
    "iam-008": (["iam:AttachUserPolicy"], "policy_attached_to_own_user", YES),
    "iam-009": (["iam:AttachRolePolicy"], "policy_attached_to_own_role", YES),
    "iam-010": (["iam:AttachGroupPolicy"], "policy_attached_to_own_group", YES),
    "iam-011": (["iam:PutGroupPolicy"], "inline_policy_on_own_group", YES),
    "iam-012": ([REWRITE], "trust_of_a_role_rewritten", YES),
    "iam-013": (["iam:AddUserToGroup"], "member_of_another_group", YES),
    "iam-014": (["iam:AttachRolePolicy", ASSUME], "role_that_trusts_self_given_rights", YES),
    "iam-015": (["iam:AttachUserPolicy", "iam:CreateAccessKey"], "user_given_rights_and_a_key", MAYBE),
    "iam-016": (["iam:CreatePolicyVersion", ASSUME], "role_that_trusts_self_given_rights", YES),
    "iam-017": (["iam:PutRolePolicy", ASSUME], "role_that_trusts_self_given_rights", YES),
    "iam-018": (["iam:PutUserPolicy", "iam:CreateAccessKey"], "user_given_rights_and_a_key", MAYBE),
    "iam-019": (["iam:AttachRolePolicy", REWRITE], "role_given_rights_and_trust", YES),
    "iam-020": (["iam:CreatePolicyVersion", REWRITE], "role_given_rights_and_trust", YES),
    "iam-021": (["iam:PutRolePolicy", REWRITE], "role_given_rights_and_trust", YES),
    "lambda-001": ([PASS, "lambda:CreateFunction", "lambda:InvokeFunction"], "new_function", YES),
    "lambda-002": ([PASS, "lambda:CreateFunction", "lambda:CreateEventSourceMapping"], "new_function", YES),
    "lambda-003": (["lambda:UpdateFunctionCode"], "function_changed_and_triggered", MAYBE),
    "lambda-004": (["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], "function_changed", YES),
    "lambda-005": (["lambda:UpdateFunctionCode", "lambda:AddPermission"], "function_changed", YES),
    "lambda-006": ([PASS, "lambda:CreateFunction", "lambda:AddPermission"], "new_function", YES),
    "sagemaker-001": ([PASS, "sagemaker:CreateNotebookInstance"], "notebook_that_runs_a_script", MAYBE),
    "sagemaker-002": ([PASS, "sagemaker:CreateTrainingJob"], "new_notebook_or_job", YES),
    "sagemaker-003": ([PASS, "sagemaker:CreateProcessingJob"], "new_notebook_or_job", YES),
    "sagemaker-004": (["sagemaker:CreatePresignedNotebookInstanceUrl"], "notebook_opened", YES),
    "sagemaker-005": (
        [
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:StopNotebookInstance",
            "sagemaker:UpdateNotebookInstance",
            "sagemaker:StartNotebookInstance",
        ],
        "notebook_opened",
        YES,
    ),
    "ssm-001": (["ssm:StartSession"], "command_on_an_instance", YES),
    "ssm-002": (["ssm:SendCommand"], "command_on_an_instance", YES),
    "sts-001": ([ASSUME], "assume_role", YES),
}


def rule_of(name: str) -> Escalation:
    """A rule by its name."""
    return next(each for each in escalations() if each.name == name)


@pytest.mark.parametrize("number", PATHS)
def test_a_known_path_is_a_rule(tmp_path: Path, number: str) -> None:
    """The calls of the path are all that a way of its rule needs, and they lead to the database: for certain, or possibly where
    the rule says what decides beside them."""
    calls, name, expected = PATHS[number]
    rule = rule_of(name)
    assert any({step.action for step in way} <= {*calls, ASSUME} for way in rule.ways)
    assert verdict(asked(tmp_path, *world(rule, calls))) is expected
    assert expected is YES or rule.depends


def test_the_list_is_whole() -> None:
    """All 65 paths are there, in four groups whose sizes are those of the list."""
    sizes = {kind: sum(rule_of(name).kind == kind for _, name, _ in PATHS.values()) for kind in ("self", "principal")}
    assert len(PATHS) == 65
    assert sizes == {"self": 8, "principal": 14}


# What is a rule here and no path of the list: from other lists, or this project's judgement (`source/escalation.yaml`).
OWN = [
    "backup_role_used",
    "build_of_an_app",
    "cluster_administrator",
    "code_written",
    "command_in_a_task",
    "experiment_started",
    "function_given_a_layer",
    "issuer_accepts_more",
    "job_changed",
    "job_submitted",
    "key_of_a_transfer_user",
    "layer_replaced",
    "new_amplify_branch",
    "new_automation",
    "new_backup_job",
    "new_batch_job",
    "new_batch_operation",
    "new_data_source",
    "new_emr_cluster",
    "new_event_target",
    "new_experiment",
    "new_lifecycle_policy",
    "new_role_or_user",
    "new_schedule",
    "new_state_machine",
    "new_transfer_user",
    "older_version_of_own_policy",
    "own_boundary_removed",
    "permission_set_assigned",
    "permission_set_given_rights",
    "pipeline_changed",
    "profile_of_a_running_instance",
    "resolver_changed",
    "role_of_a_pod",
    "service_credential_of_a_user",
    "snapshot_policy_changed",
    "state_machine_changed",
    "state_machine_changed_and_triggered",
    "step_added_to_a_cluster",
    "trust_anchor",
]


def test_every_rule_is_of_the_list_or_said_to_be_our_own() -> None:
    """A rule is either a published path or one of those that this project adds: none is forgotten in either place."""
    assert {each.name for each in escalations()} - {name for _, name, _ in PATHS.values()} == set(OWN)
