"""What a module declares: the plugin's description, and everything that its decorators register."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import shape
from .mistake import Mistake
from .shape.record import Record

if TYPE_CHECKING:
    from .chat import Provider
    from .routes import Route
    from .speech import Engine
    from .tools import Tool

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


@dataclass(frozen=True)
class Need:
    """Something that the plugin wants to do outside itself. It may do so once the operator has granted it. The reason
    is a sentence for the operator."""

    name: str
    targets: tuple[str, ...]
    reason: str

    @classmethod
    def documents(cls, reason: str) -> "Need":
        """Documents of the user that a call is made for."""
        return cls("documents", ("user",), reason)

    @classmethod
    def shared_documents(cls, reason: str) -> "Need":
        """Documents that all users share."""
        return cls("documents", ("shared",), reason)

    @classmethod
    def http(cls, reason: str, *hosts: str) -> "Need":
        """Requests to these hosts: each with a port if it is not the scheme's own, or `*.example.com` for all hosts
        below."""
        if not hosts:
            raise Mistake("Need.http: name at least one host")
        return cls("http", hosts, reason)


@dataclass(frozen=True)
class Description:
    """What the plugin says of itself."""

    id: str
    version: str
    name: str
    summary: str
    needs: tuple[Need, ...]
    warm: bool
    settings: Record | None


@dataclass
class Definition:
    """One module's declarations."""

    description: Description | None = None
    tools: dict[str, "Tool"] = field(default_factory=dict)
    routes: dict[str, "Route"] = field(default_factory=dict)
    speech: "Engine | None" = None
    chat: "Provider | None" = None

    def asks_for(self, capability: str) -> bool:
        """Whether the plugin asks for a capability of this name."""
        return self.description is not None and any(need.name == capability for need in self.description.needs)

    def exports(self) -> list[str]:
        """The interfaces of the contract that the plugin brings besides `plugin`."""
        brought = {"tools": self.tools, "routes": self.routes, "speech": self.speech, "chat": self.chat}
        return [name for name, what in brought.items() if what]

    def check(self) -> Description:
        """The description of a plugin that brings something. Raises `Mistake` with a sentence for the author."""
        if self.description is None:
            raise Mistake("the module does not call plugin(id=…, version=…, name=…, summary=…)")
        if not self.exports():
            raise Mistake("the module brings nothing: no @tool, no @route, no @speech_engine and no @chat_provider")
        return self.description


#: Of the module that is being imported, or has been. A component is one module.
current = Definition()


def plugin(
    *,
    id: str,
    version: str,
    name: str,
    summary: str,
    needs: list[Need] | tuple[Need, ...] = (),
    warm: bool = False,
    settings: type | None = None,
) -> None:
    """Says what the plugin is. Called once in a module.

    `id` is kebab-case, unique in a host and never changed; `version` is semantic; `name` and the one sentence of
    `summary` are for people. `warm` asks for instances to be kept and used again: for engines that are costly to start.
    What such an instance keeps in memory outlives a call, so it must not keep anything of a user. `settings` is a
    dataclass of what the operator can set. """
    if current.description is not None:
        raise Mistake("plugin(…) is called once in a module")
    if not _ID.fullmatch(id):
        raise Mistake(f"plugin: the id `{id}` must be in kebab-case, such as `my-plugin`")
    if not _VERSION.fullmatch(version):
        raise Mistake(f"plugin: the version `{version}` must be a semantic version, such as `0.1.0`")
    if not name.strip() or not summary.strip():
        raise Mistake("plugin: name and summary must not be empty")
    record: Any = None
    if settings is not None:
        record = shape.of(settings)
        if not isinstance(record, Record):
            raise Mistake("plugin: the settings must be a dataclass")
    current.description = Description(id, version, name, summary, tuple(needs), warm, record)


def reset() -> None:
    """Forgets everything: for the kit's own tests."""
    for name, value in vars(Definition()).items():
        setattr(current, name, value)
