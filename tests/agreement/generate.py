"""Random Terraform that plans without any provider: `terraform_data` with expressions of every kind.

Deterministic in its seed. Expressions are well typed, because one error would lose the whole plan. In a rule `<s>` stands
for a string expression, `<n>` a number, `<b>` a boolean, `<l>` a list, `<m>` a map, and `<w>` for a literal word.
"""

from __future__ import annotations

import re
from random import Random

MODULE = """
variable "given" {
  type = any
}

variable "times" {
  type    = number
  default = 1
}

resource "terraform_data" "inner" {
  count = var.times
  input = { given = var.given, index = count.index }
}

output "all" {
  value = [for each in terraform_data.inner : each.input.index]
}

output "id" {
  value = terraform_data.inner[*].id
}
"""


RULES = {
    "s": """
        <w>
        local.region
        var.name
        "${<s>}-${<n>}"
        "%{ if <b> }yes ${<s>}%{ else }no%{ endif }"
        "%{ for x in <l> ~} ${jsonencode(x)} %{ endfor ~}"
        upper(<s>)
        replace(<s>, "a", <s>)
        format("%s/%03d/%v", <s>, 7, <b>)
        join(",", [for x in <l> : tostring(length(jsonencode(x)))])
        substr("abcdef", 1, 3)
        (<b> ? <s> : <s>)
        jsonencode(<m>)
        try(<m>.missing, <s>)
        lookup({ a = <s> }, "a", <s>)
        lookup({ a = <s> }, "b", <s>)
        trimspace(" ${<s>} ")
        tostring(<n>)
        <h>
        base64encode(<s>)
        md5(<s>)
        coalesce(<s>, "fallback")
    """,
    "n": """
        7
        local.five
        -3
        2.5
        (<n> + <n>)
        (<n> * <n> - <n>)
        (<n> % 7)
        length(<l>)
        length(<s>)
        max(<n>, <n>, 3)
        abs(-4)
        floor(<n> / 4)
        -(<n>)
    """,
    "b": """
        true
        false
        local.on
        (<n> > <n>)
        (<s> == <s>)
        (<b> && <b>)
        (<b> || !<b>)
        contains(tolist([<s>, "prod"]), <s>)
        can(<l>[9])
        startswith(<s>, "a")
    """,
    "l": """
        []
        [<s>]
        local.words
        [<s>, <n>, <m>]
        [for i, x in <l> : "${i}=${jsonencode(x)}" if i != 1]
        [for k, v in <m> : k]
        concat(<l>, <l>)
        keys(<m>)
        distinct([<s>, <s>, <s>])
        sort([<s>, <s>])
        slice([1, 2, 3, 4], 1, 3)
        flatten([<l>, [<l>]])
        range(4)
        split("-", <s>)
        [<m>, <m>][*]
        [for x in [{ id = <s> }, { id = <n> }] : x][*].id
        reverse(<l>)
        tolist(toset([<s>, "z"]))
        compact([<s>, "", <s>])
        [<b> ? 1 : 2]
    """,
    "m": """
        {}
        { a = <s> }
        local.map
        { a = <n>, "b c" = <l>, (local.word) = <b> }
        merge(<m>, { z = <s> })
        { for k, v in <m> : upper(k) => v }
        { for i, x in <l> : "k${i % 2}" => x... }
        zipmap(["p", "q"], [<s>, <n>])
        jsondecode(jsonencode(<m>))
        { unknown = terraform_data.first.id, known = <s> }
        { part = "pre-${terraform_data.first.id}/*", also = <n> }
        { input = terraform_data.first.input.word, n = <n> }
    """,
}
WORDS = ['"a"', '"prod"', '"x-1"', '""', '"Ünï"', r'"tab\tnew"', '"a.b"', '"$"', '"%%{"', r'"q\"q"', '"$${x}"']
REPEATS = ["", "", "", "count = 0", "count = 2", 'for_each = toset(["x", "a.b"])', "for_each = { p = 1, q = 2 }"]
CALLS = ["", "count  = 2", 'for_each = toset(["m", "n.o"])']
HEREDOC = "(<<-EOT\n    first ${local.word}\n      second\n    EOT\n)"
DEEPEST = 4

ROOT = """
variable "name" {
  type    = string
  default = "orders"
}

locals {
  word   = "prod"
  region = "eu-${local.word}"
  five   = 5
  on     = true
  words  = ["a", "b", local.word]
  map    = { one = 1, two = "2", three = [true, null] }
}

resource "terraform_data" "first" {
  input = { word = local.word }
}
"""


def expression(kind: str, random: Random, depth: int = 0) -> str:
    """An expression of one kind."""
    if kind == "w":
        return random.choice(WORDS)
    if kind == "h":
        return HEREDOC
    rules = [rule.strip() for rule in RULES[kind].strip().splitlines()]
    rule = random.choice(rules[:3] if depth >= DEEPEST else rules)
    return re.sub("<([snblmwh])>", lambda hole: expression(hole[1], random, depth + 1), rule)


def generate(seed: int) -> dict[str, str]:
    """File name -> text of one root module with one child."""
    random = Random(seed)
    blocks = [ROOT]
    for index in range(12):
        repeat = random.choice(REPEATS)
        value = expression(random.choice("snblm"), random)
        value = f"[count.index, {value}]" if "count" in repeat else f"[each.key, each.value, {value}]" if repeat else value
        blocks.append(f'resource "terraform_data" "r{index}" {{\n  {repeat}\n  input = {value}\n}}\n')
    calls = random.choice(CALLS)
    given = expression("m", random)
    blocks.append(
        f'module "child" {{\n  source = "./child"\n  {calls}\n  given  = {given}\n  times  = {random.randint(0, 2)}\n}}\n'
    )
    child = "[for each in module.child : each.all]" if calls else "module.child.all"
    blocks.append(f'resource "terraform_data" "last" {{\n  input = {{ child = {child} }}\n}}\n')
    return {"main.tf": "\n".join(blocks), "child/main.tf": MODULE.lstrip()}
