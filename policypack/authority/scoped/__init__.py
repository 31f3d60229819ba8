"""Roles that are granted at places: one engine for every platform that does so, and how a language plugs in.

The model (`policypack/model/grants.py`): a `Site` is where something lies (the thing, what it lies in, its domain, what stands above
the domain), a `Scope` is the place that a grant is made at, a `Grant` is one statement of an `Identity` (`allow`, `deny`,
`limit`). This package decides who may do what where, who becomes whom by the language's rules, and answers through the same
engine as AWS. Nothing in it names a platform.

A new language, here `moon`, adds four things and edits one line each of two tables:

1. `policypack/catalog/scoped/moon.yaml`: its facts and rules (`policypack/catalog/scoped/__init__.py` says what each word means),
   then `python -m policypack.catalog.scoped.compile`.
2. `policypack/authority/moon.py`: `LANGUAGE = Language(facts("moon"))`, with functions of its own where its patterns, its conditions or
   its knowledge of roles are special; and its line in `scoped/language.py` (`MODULES`).
3. `policypack/build/identities_moon.py`: `def acting(documents: Documents) -> Acting`, which makes the identities with their
   grants, says what stands above each domain, what runs as whom, and what could not be told; and its line in
   `policypack/build/languages.py` (`BUILDERS`); `build/scoped.py` makes the sites of everything that the catalog knows.
4. `terraform-examples/providers/<provider>/identity-*/{fails,fixed}` and its tests.

What can be destroyed comes from the catalog alone: `delete_actions`, `weaken_actions`, `copy_delete_actions`, guards with their
`removed_by`, `container`, `lies_in` and `role` of each type, in the words of the platform's own permissions.
"""
