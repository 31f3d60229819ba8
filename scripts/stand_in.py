"""A provider that plans as one would that cannot be had here: by its schema (`schemas/`), and by nothing else.

Terraform itself reads the configuration, evaluates it and writes the plan; this answers what it asks a provider. What the
configuration does not set is known after the apply where the schema says that the provider computes it, is the documented default
where there is one, and is null otherwise. Nothing is created anywhere: an apply makes up ids, so that a change can be planned.
Needs the package `tf` (PyPI), which has the messages of Terraform's plugin protocol.
"""

# ruff: noqa: N802 - the protocol names what a provider answers

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import msgpack
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

SCHEMAS = Path(__file__).with_name("schemas")
UNKNOWN = msgpack.ExtType(0, b"\x00")
NESTING = {
    "single": pb.Schema.NestedBlock.SINGLE,
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
}
# Resources of Google take these from the provider's own block, and show them in the plan.
FROM_PROVIDER = ("project", "region", "zone")
# What a data source's id looks like, by its documentation.
IDS = {"azurerm_subscription": "/subscriptions/{subscription_id}"}
Value = Any


def provided() -> set[str]:
    """The providers that can be stood in for."""
    return {path.stem for path in SCHEMAS.glob("*.json")}


def _schema(block: Mapping[str, Any]) -> pb.Schema.Block:
    attributes = [
        pb.Schema.Attribute(
            name=name,
            type=json.dumps(each["type"]).encode(),
            required=each.get("required", False),
            optional=each.get("optional", False),
            computed=each.get("computed", False),
            sensitive=each.get("sensitive", False),
        )
        for name, each in block["attributes"].items()
    ]
    blocks = [
        pb.Schema.NestedBlock(
            type_name=name,
            nesting=NESTING[each["nesting"]],
            min_items=each.get("least", 0),
            max_items=each.get("most", 0),
            block=_schema(each["block"]),
        )
        for name, each in block["blocks"].items()
    ]
    return pb.Schema.Block(attributes=attributes, block_types=blocks)


def planned(block: Mapping[str, Any], proposed: dict[str, Value], old: bool) -> dict[str, Value]:
    """What the plan says of one block: as proposed, with what the provider sets. `old`: it exists, and keeps what it has."""
    made: dict[str, Value] = {}
    for name, each in block["attributes"].items():
        value = proposed.get(name)
        if value is None and "default" in each:
            value = each["default"]
        elif value is None and each.get("computed") and not old:
            value = UNKNOWN
        made[name] = value
    for name, each in block["blocks"].items():
        value = proposed.get(name)
        if isinstance(value, list):
            made[name] = [planned(each["block"], item, old) if isinstance(item, dict) else item for item in value]
            if not value and each.get("computed") and not old:
                made[name] = UNKNOWN
        else:
            made[name] = planned(each["block"], value, old) if isinstance(value, dict) else value
    return made


def applied(block: Mapping[str, Any], value: dict[str, Value], name: str) -> dict[str, Value]:
    """One block with what is unknown made up: an id, or nothing of what comes in numbers."""
    empty: dict[str, Value] = {"list": [], "set": [], "map": {}, "bool": False, "number": 0}
    made = dict(value)
    for key, each in block["attributes"].items():
        if made.get(key) == UNKNOWN:
            kind = each["type"][0] if isinstance(each["type"], list) else each["type"]
            made[key] = empty.get(kind, name)
    for key, each in block["blocks"].items():
        if made.get(key) == UNKNOWN:
            made[key] = []
        elif isinstance(made.get(key), list):
            made[key] = [applied(each["block"], item, name) for item in made[key]]
    return made


class StandIn(rpc.ProviderServicer):  # type: ignore[misc] # generated code without types
    """Answers for one provider."""

    def __init__(self, provider: str) -> None:
        self._known = json.loads((SCHEMAS / f"{provider}.json").read_text("utf-8"))
        # By connection: every provider block of a configuration talks over its own.
        self._settings: dict[str, dict[str, Value]] = {}

    def GetMetadata(self, *_: object) -> pb.GetMetadata.Response:
        """Which types there are."""
        return pb.GetMetadata.Response(
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in self._known["resource"]],
            data_sources=[pb.GetMetadata.DataSourceMetadata(type_name=name) for name in self._known["data"]],
        )

    def GetProviderSchema(self, *_: object) -> pb.GetProviderSchema.Response:
        """All schemas."""
        return pb.GetProviderSchema.Response(
            provider=pb.Schema(block=_schema(self._known["provider"])),
            resource_schemas={name: pb.Schema(block=_schema(block)) for name, block in self._known["resource"].items()},
            data_source_schemas={name: pb.Schema(block=_schema(block)) for name, block in self._known["data"].items()},
        )

    def ValidateProviderConfig(self, *_: object) -> pb.ValidateProviderConfig.Response:
        """Nothing is wrong that the schema does not say."""
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, *_: object) -> pb.ValidateResourceConfig.Response:
        """Nothing is wrong that the schema does not say."""
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, *_: object) -> pb.ValidateDataResourceConfig.Response:
        """Nothing is wrong that the schema does not say."""
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(
        self, request: pb.ConfigureProvider.Request, context: grpc.ServicerContext
    ) -> pb.ConfigureProvider.Response:
        """Keeps what resources take from the provider's block."""
        self._settings[context.peer()] = _read(request.config) or {}
        return pb.ConfigureProvider.Response()

    def UpgradeResourceState(self, request: pb.UpgradeResourceState.Request, _: object) -> pb.UpgradeResourceState.Response:
        """The state as it is."""
        return pb.UpgradeResourceState.Response(upgraded_state=pb.DynamicValue(json=request.raw_state.json))

    def ReadResource(self, request: pb.ReadResource.Request, _: object) -> pb.ReadResource.Response:
        """The state as it is."""
        return pb.ReadResource.Response(new_state=request.current_state)

    def ReadDataSource(self, request: pb.ReadDataSource.Request, context: grpc.ServicerContext) -> pb.ReadDataSource.Response:
        """What was asked for, as the provider's own block has it, with the rest made up."""
        block = self._known["data"][request.type_name]
        asked = {key: value for key, value in _read(request.config).items() if value is not None}
        settings = {key: value for key, value in self._settings.get(context.peer(), {}).items() if value is not None}
        known = {"subscription_id": settings.get("subscription_id"), "tenant_id": settings.get("tenant_id"), **asked}
        if request.type_name in IDS:
            known["id"] = IDS[request.type_name].format_map(known)
        return pb.ReadDataSource.Response(state=_write(applied(block, planned(block, known, old=False), "made")))

    def PlanResourceChange(
        self, request: pb.PlanResourceChange.Request, context: grpc.ServicerContext
    ) -> pb.PlanResourceChange.Response:
        """What the resource would be."""
        proposed, before = _read(request.proposed_new_state), _read(request.prior_state)
        if proposed is None:
            return pb.PlanResourceChange.Response(planned_state=request.proposed_new_state)
        block = self._known["resource"][request.type_name]
        whole = self._from_provider(proposed, block, self._settings.get(context.peer(), {}))
        made = planned(block, whole, old=before is not None)
        return pb.PlanResourceChange.Response(planned_state=_write(made), legacy_type_system=True)

    @staticmethod
    def _from_provider(proposed: dict[str, Value], block: Mapping[str, Any], settings: Mapping[str, Value]) -> dict[str, Value]:
        """With what Google's provider writes into every resource: where it lies, and its labels with the provider's own."""
        made = dict(proposed)
        for name in FROM_PROVIDER:
            if block["attributes"].get(name, {}).get("computed") and made.get(name) is None:
                made[name] = settings.get(name)
        if {"labels", "effective_labels", "terraform_labels"} <= block["attributes"].keys():
            own = {"goog-terraform-provisioned": "true"}
            labels = made.get("labels") or {}
            made["effective_labels"] = made["terraform_labels"] = {**labels, **own} if isinstance(labels, dict) else UNKNOWN
        return made

    def ApplyResourceChange(self, request: pb.ApplyResourceChange.Request, _: object) -> pb.ApplyResourceChange.Response:
        """As planned, with its ids made up."""
        made = _read(request.planned_state)
        if made is not None:
            name = f"{request.type_name}/{made.get('name') or 'made'}"
            made = applied(self._known["resource"][request.type_name], made, name)
        return pb.ApplyResourceChange.Response(new_state=_write(made), legacy_type_system=True)

    def StopProvider(self, *_: object) -> pb.StopProvider.Response:
        """There is nothing to stop."""
        return pb.StopProvider.Response()


def _read(value: pb.DynamicValue) -> Value:
    return msgpack.unpackb(value.msgpack, strict_map_key=False) if value.msgpack else json.loads(value.json)


def _write(value: Value) -> pb.DynamicValue:
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def serve(providers: set[str]) -> str:
    """Answers for these providers while this program runs: the value of TF_REATTACH_PROVIDERS that tells Terraform where."""
    where: dict[str, Any] = {}
    for name in sorted(providers):
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
        rpc.add_ProviderServicer_to_server(StandIn(name), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        where[f"registry.terraform.io/hashicorp/{name}"] = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
        }
        _SERVING.append(server)
    return json.dumps(where)


# A server that nothing refers to is stopped.
_SERVING: list[grpc.Server] = []
