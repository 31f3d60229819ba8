"""What the repository around a module says of who applies: read as data, within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Location, Unknown
from policypack.model.pipelines import OwnerRule, Repository
from policypack.read import ReadOptions, read_input
from policypack.read.commands import applies
from policypack.read.repository import MAX_WORKFLOW

HEAD = "on:\n  push:\n    branches: [main]\n"


def repository(folder: Path, workflow: str = "", owners: str = "", module: str = "") -> Repository | None:
    """A module in a repository that has one workflow, as it is read."""
    folder.joinpath(".git").mkdir(exist_ok=True)
    if workflow:
        place = folder / ".github" / "workflows"
        place.mkdir(parents=True, exist_ok=True)
        place.joinpath("apply.yml").write_text(workflow, "utf-8")
    if owners:
        folder.joinpath("CODEOWNERS").write_text(owners, "utf-8")
    inside = folder / module
    inside.mkdir(parents=True, exist_ok=True)
    inside.joinpath("main.tf").write_text('resource "aws_s3_bucket" "b" {}\n', "utf-8")
    return read_input(inside, ReadOptions(base=folder)).repository


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("terraform init\nterraform apply -auto-approve", [("terraform apply", "", True, 1)]),
        ("terraform apply plan.out", [("terraform apply", "", False, 0)]),
        ("terraform plan && terraform -chdir=infra/prod apply tfplan", [("terraform apply", "infra/prod", False, 0)]),
        ("cd infra\ncd prod && tofu apply --auto-approve", [("tofu apply", "infra/prod", True, 1)]),
        ("terragrunt run-all apply --terragrunt-non-interactive", [("terragrunt apply", "", True, 0)]),
        ("terragrunt run --all -- destroy", [("terragrunt destroy", "", False, 0)]),
        (
            "terraform \\\n  apply \\\n  -auto-approve\nterraform destroy",
            [("terraform apply", "", True, 0), ("terraform destroy", "", False, 3)],
        ),
        ("terraform apply -auto-approve=false", [("terraform apply", "", False, 0)]),
        ("sudo /usr/local/bin/terraform apply", [("terraform apply", "", False, 0)]),
        ('echo "terraform apply"\n# terraform apply\nterraform plan -destroy', []),
        (
            "(cd prod && terraform apply); terraform apply",
            [("terraform apply", "prod", False, 0), ("terraform apply", "", False, 0)],
        ),
        (
            "pushd prod\nterraform apply\npopd\ntofu apply",
            [("terraform apply", "prod", False, 1), ("tofu apply", "", False, 3)],
        ),
        ("if true; then cd prod; fi; terraform apply", [("terraform apply", "prod", False, 0)]),
        ("(\n  cd prod\n  N=$(terraform output n | wc)\n  terraform apply\n)", [("terraform apply", "prod", False, 3)]),
        ("(cd prod); (terraform apply)", [("terraform apply", "", False, 0)]),
        ("(cd a && (terraform apply))", [("terraform apply", "a", False, 0)]),
        ("((cd a); cd b; terraform apply)", [("terraform apply", "b", False, 0)]),
        ("{ cd prod; terraform apply; }", [("terraform apply", "prod", False, 0)]),
        ("cd prod; echo ':)'; terraform apply", [("terraform apply", "prod", False, 0)]),
        ("terraform apply -help", []),
        ("kubectl apply -f terraform.yaml", []),
    ],
)
def test_commands_that_apply_are_found(script: str, found: list[tuple[str, str, bool, int]]) -> None:
    """What applies or destroys is told from what only plans, prints or applies something else."""
    assert [(each.command, each.directory, each.agrees, each.line) for each in applies(script)] == found


@pytest.mark.parametrize(
    "script",
    [
        'terraform -chdir="$ENV" apply',
        "for d in live/*; do (cd $d && terraform apply); done",
        "for d in live/*; do cd $d; terraform apply; done",
        "find live -name main.tf -execdir terraform apply \\;",
        "ls live | xargs -I{} terraform -chdir=live/{} apply",
    ],
)
def test_a_folder_that_the_run_decides_is_not_guessed(script: str) -> None:
    """A directory with a variable in it, or one that is looked for, is unknown, and not the repository's root."""
    (found,) = applies(script)
    assert isinstance(found.directory, Unknown)


def test_a_job_that_applies_is_read_with_what_stands_before_it(tmp_path: Path) -> None:
    """Environment, events, branches, folder, role and line of a job, and the environments of the jobs that it needs."""
    workflow = f"""{HEAD}jobs:
  ask:
    environment: {{name: production, url: x}}
    steps: [{{run: "true"}}]
  apply:
    needs: ask
    defaults: {{run: {{working-directory: infra}}}}
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {{role-to-assume: "arn:aws:iam::1:role/apply"}}
      - run: |
          terraform init
          terraform apply -auto-approve
"""
    found = repository(tmp_path, workflow, module="infra")
    assert found is not None
    (job,) = found.jobs
    assert (job.name, job.command, job.directory, job.approves) == ("apply", "terraform apply", "infra", True)
    assert (job.environments, job.events, job.branches) == (("production",), ("push",), ("main",))
    assert job.roles == ("arn:aws:iam::1:role/apply",)
    assert job.location == Location(".github/workflows/apply.yml", 16, 16)
    assert (found.module, found.files) == ("infra", (".github/workflows/apply.yml",))


def test_an_environment_that_an_expression_names_is_unknown(tmp_path: Path) -> None:
    """`${{ inputs.env }}` may be any environment, and is neither none nor a name."""
    found = repository(tmp_path, HEAD + "jobs: {a: {environment: '${{ inputs.env }}', steps: [{run: terraform apply}]}}\n")
    assert found is not None
    assert isinstance(found.jobs[0].environments[0], Unknown)


def test_a_reusable_workflow_is_judged_where_it_is_called(tmp_path: Path) -> None:
    """The events are the caller's, and both files belong to the gate."""
    place = tmp_path / ".github" / "workflows"
    place.mkdir(parents=True)
    place.joinpath("inner.yml").write_text("on: workflow_call\njobs: {go: {steps: [{run: terraform apply}]}}\n", "utf-8")
    found = repository(tmp_path, "on: [pull_request_target]\njobs: {call: {uses: ./.github/workflows/inner.yml}}\n")
    assert found is not None
    assert [(job.name, job.events) for job in found.jobs] == [("go", ("pull_request_target",))]
    assert found.files == (".github/workflows/apply.yml", ".github/workflows/inner.yml")


def test_workflows_that_call_each_other_in_a_circle_end(tmp_path: Path) -> None:
    """A workflow that calls itself is followed a few times and no more."""
    loop = "jobs: {call: {uses: ./.github/workflows/apply.yml}, go: {steps: [{run: terraform apply}]}}\n"
    found = repository(tmp_path, "on: [push, workflow_call]\n" + loop)
    assert found is not None
    assert 1 <= len(found.jobs) < 10


def test_a_workflow_elsewhere_is_a_gap(tmp_path: Path) -> None:
    """What a workflow of another repository does cannot be told, and that is said."""
    found = repository(tmp_path, HEAD + "jobs: {a: {uses: acme/ci/.github/workflows/terraform-apply.yml@v1}}\n")
    assert found is not None
    assert not found.jobs
    assert "acme/ci" in found.gaps[0].reason


@pytest.mark.parametrize(
    ("workflow", "said"),
    [
        ("jobs: [terraform apply", "not valid YAML"),
        (f"{HEAD}jobs: {'[' * 20_000} terraform apply", "nested too deeply"),
        (f"# terraform apply\n{'x' * MAX_WORKFLOW}", "more than the limit"),
        ("jobs: !!python/object/apply:os.system ['terraform apply']", ""),
    ],
)
def test_hostile_workflows_are_gaps_at_most(tmp_path: Path, workflow: str, said: str) -> None:
    """Broken, huge, deep and object-making YAML neither runs nor stops a scan; what was not read is said."""
    found = repository(tmp_path, workflow)
    reasons = [gap.reason for gap in found.gaps] if found else []
    assert bool(reasons) == bool(said)
    assert all(said in reason for reason in reasons)


def test_aliases_do_not_unfold(tmp_path: Path) -> None:
    """A billion laughs costs nothing: only what is asked for is walked."""
    bombs = "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]" for n in range(1, 30))
    found = repository(tmp_path, f"b0: &b0 [lol]\n{bombs}\n{HEAD}jobs: {{a: {{steps: [{{run: terraform apply}}]}}}}\n")
    assert found is not None
    assert len(found.jobs) == 1


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    """A workflow that is a link to a file outside of the repository is a gap."""
    outside = tmp_path / "outside.yml"
    outside.write_text(f"{HEAD}jobs: {{a: {{steps: [{{run: terraform apply}}]}}}}\n", "utf-8")
    inside = tmp_path / "inside"
    inside.joinpath(".github", "workflows").mkdir(parents=True)
    inside.joinpath(".github", "workflows", "x.yml").symlink_to(outside)
    found = repository(inside)
    assert found is not None
    assert not found.jobs
    assert "leaves the scanned tree" in found.gaps[0].reason


@pytest.mark.parametrize(
    ("pattern", "path", "covers"),
    [
        ("*", ".github/workflows/apply.yml", True),
        ("*.yml", ".github/workflows/apply.yml", True),
        ("/.github/", ".github/workflows/apply.yml", True),
        (".github/workflows", ".github/workflows/apply.yml", True),
        ("/.github/workflows/*", ".github/workflows/apply.yml", True),
        ("/.github/*", ".github/workflows/apply.yml", False),
        ("**/workflows/*.yml", ".github/workflows/apply.yml", True),
        ("workflows/", ".github/workflows/apply.yml", True),
        ("/workflows/", ".github/workflows/apply.yml", False),
        ("*.tf", ".github/workflows/apply.yml", False),
        ("CODEOWNERS", ".github/CODEOWNERS", True),
        ("/CODEOWNERS", ".github/CODEOWNERS", False),
    ],
)
def test_owners_are_matched_as_their_platform_does(pattern: str, path: str, covers: bool) -> None:
    """Patterns of CODEOWNERS are those of gitignore: anchored where they have a slash, folders with all in them."""
    assert OwnerRule(pattern, ("@a",), Location("CODEOWNERS")).covers(path) is covers


def test_the_last_line_that_speaks_of_a_file_decides(tmp_path: Path) -> None:
    """A later line without owners takes the file from everybody; comments and blank lines say nothing."""
    owners = "* @acme/sre # all\n\n# none\n/.github/\n/.github/workflows/ @acme/security @bob\n"
    found = repository(tmp_path, f"{HEAD}jobs: {{a: {{steps: [{{run: terraform apply}}]}}}}\n", owners)
    assert found is not None
    workflow, other = found.owned_by(".github/workflows/apply.yml"), found.owned_by(".github/dependabot.yml")
    assert workflow is not None
    assert workflow.owners == ("@acme/security", "@bob")
    assert other is not None
    assert other.owners == ()
    assert found.files == (".github/workflows/apply.yml", "CODEOWNERS")


def test_what_the_gate_decides_by_belongs_to_it(tmp_path: Path) -> None:
    """The settings, and who may approve, are files that need owners as the pipeline does."""
    (tmp_path / ".policypack").mkdir()
    for name in ("policypack.yaml", ".policypack/allowed_signers"):
        (tmp_path / name).write_text("")
    found = repository(tmp_path, f"{HEAD}jobs: {{a: {{steps: [{{run: terraform apply}}]}}}}\n", "* @acme/sre\n")
    assert found is not None
    assert found.files[-2:] == ("policypack.yaml", ".policypack/allowed_signers")


def test_a_repository_that_applies_nothing_says_nothing(tmp_path: Path) -> None:
    """Workflows that only plan and test leave no trace."""
    assert repository(tmp_path, f"{HEAD}jobs: {{a: {{steps: [{{run: terraform plan}}]}}}}\n") is None


GITLAB = """include: other.yml
variables: {TF_CLI_ARGS_apply: -auto-approve}
.terraform:
  before_script: [cd infra, terraform init]
  environment: {name: production}
plan:
  extends: .terraform
  script: terraform plan
apply:
  extends: .terraform
  script:
    - terraform apply tfplan
by_hand:
  environment: $WHERE
  rules: [{if: $CI, when: manual}]
  script: gitlab-terraform apply
"""


def test_a_gitlab_pipeline_is_read_with_its_templates(tmp_path: Path) -> None:
    """Scripts, environment and folder come from a template where the job has none; manual jobs are told from others; what is
    included is a gap."""
    tmp_path.joinpath(".gitlab-ci.yml").write_text(GITLAB, "utf-8")
    found = repository(tmp_path, module="infra")
    assert found is not None
    first, second = found.jobs
    assert (first.name, first.platform, first.directory, first.approves) == ("apply", "gitlab", "infra", True)
    assert (first.environments, first.events, first.location.line) == (("production",), ("pipeline",), 12)
    assert (second.name, second.events, second.directory) == ("by_hand", ("manual",), "")
    assert isinstance(second.environments[0], Unknown)
    assert found.files == (".gitlab-ci.yml",)
    assert "includes other files" in found.gaps[0].reason
