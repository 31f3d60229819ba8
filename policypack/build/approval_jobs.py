"""Which job of a pipeline applies which input, and which gates it meets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policypack.build.environments import recognised
from policypack.build.estate import Estate
from policypack.model import Environment, Truth, Unknown
from policypack.model.approvals import Applying, Gate
from policypack.model.pipelines import ApplyJob


def applying(estate: Estate, gates: tuple[Gate, ...]) -> Iterator[Applying]:
    """The jobs that apply an input, with the gates that they meet."""
    for source in estate.inputs:
        for job in source.repository.jobs if source.repository else ():
            concerns = _concerns(job, source.repository.module if source.repository else "")
            if concerns is False:
                continue
            met: list[Gate] = []
            unseen: list[str | Unknown] = []
            for name in dict.fromkeys(job.environments):
                fitting = [
                    gate
                    for gate in gates
                    if gate.role == "environment" and gate.name == name and gate.resource.provider == job.platform
                ]
                met += fitting
                if not fitting:
                    unseen.append(name)
            yield Applying(job, source.path, concerns, _environment_of_job(job, estate), tuple(met), tuple(unseen))


def _concerns(job: ApplyJob, module: str) -> Truth:
    """Whether a job applies a module: it runs in its folder, or (terragrunt) above it."""
    if isinstance(job.directory, Unknown):
        return job.directory
    if job.directory == module:
        return True
    above = job.directory == "" or module.startswith(f"{job.directory}/")
    return above and job.command.startswith("terragrunt")


def _environment_of_job(job: ApplyJob, estate: Estate) -> Environment:
    """What a job applies to, by the names of its environments, its folder, itself and its file."""
    named = [each for each in job.environments if isinstance(each, str)]
    folder = job.directory if isinstance(job.directory, str) else ""
    file = re.sub(r"\.ya?ml$", "", job.pipeline.rpartition("/")[2])
    for text, where in (
        *((each, f"its environment {each}") for each in named),
        (folder, f"its folder {folder}"),
        (job.name, f"its name {job.name}"),
        (file, f"its file {file}"),
    ):
        name = recognised(text)
        if name:
            return Environment(name, name == "production", f"by {where}")
    default = estate.settings.default_environment
    return Environment(default, default == "production", "nothing says otherwise", recognised=False)
