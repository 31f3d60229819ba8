"""Address ranges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias, Union

from policypack.model import Value
from policypack.read.hcl.convert import integer, text
from policypack.read.hcl.functions.function import Function, whole
from policypack.read.hcl.partial import EvaluationError

_LEADING_ZEROS = re.compile(r"(?<![\d])0+(?=\d)")
_Network: TypeAlias = Union[IPv4Network, IPv6Network]


def _network(value: Value) -> _Network:
    prefix = text(value)
    if "/" not in prefix or not prefix.rpartition("/")[2].isdecimal():
        raise EvaluationError(f"{prefix[:60]!r} is not a range of addresses")
    return ip_network(_LEADING_ZEROS.sub("", prefix) if ":" not in prefix else prefix, strict=False)


def _cidrhost(prefix: Value, host: Value) -> Value:
    network, at = _network(prefix), integer(host)
    if not -network.num_addresses <= at < network.num_addresses:
        raise EvaluationError(f"{network} has no address {at}")
    start = int(network.network_address) + (at if at >= 0 else network.num_addresses + at)
    return str(type(network.network_address)(start))


def _cidrnetmask(prefix: Value) -> Value:
    network = _network(prefix)
    if isinstance(network, IPv6Network):
        raise EvaluationError("cidrnetmask takes IPv4 only")
    return str(network.netmask)


def _subnet(network: _Network, bits: int, number: int) -> _Network:
    length = network.prefixlen + bits
    if not 0 <= length <= network.max_prefixlen or not 0 <= number < 2 ** max(bits, 0):
        raise EvaluationError(f"{network} has no subnet {number} of {bits} more bits")
    start = int(network.network_address) + (number << (network.max_prefixlen - length))
    return ip_network((start, length), strict=False)


def _cidrsubnet(prefix: Value, bits: Value, number: Value) -> Value:
    return str(_subnet(_network(prefix), integer(bits), integer(number)))


def _cidrsubnets(prefix: Value, *lengths: Value) -> Value:
    network = _network(prefix)
    made: list[Value] = []
    at = int(network.network_address)
    end = at + network.num_addresses
    for bits in map(integer, lengths):
        length = network.prefixlen + bits
        if bits < 1 or length > network.max_prefixlen:
            raise EvaluationError(f"{network} has no subnet of {bits} more bits")
        size = 1 << (network.max_prefixlen - length)
        at = (at + size - 1) // size * size
        if at + size > end:
            raise EvaluationError(f"{network} has no room for a subnet of {bits} more bits")
        made.append(f"{ip_address(at) if network.version == 4 else type(network.network_address)(at)}/{length}")
        at += size
    return made


FUNCTIONS: Mapping[str, Function] = {
    "cidrhost": whole(_cidrhost),
    "cidrnetmask": whole(_cidrnetmask),
    "cidrsubnet": whole(_cidrsubnet),
    "cidrsubnets": whole(_cidrsubnets),
}
