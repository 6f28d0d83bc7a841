"""Exports `plugin`."""

import json

from wit_world import exports
from wit_world.exports import plugin as wit

from ..definition import current


class Plugin(exports.Plugin):
    """What the plugin says of itself."""

    async def describe(self) -> wit.Description:
        of = current.check()
        return wit.Description(
            of.id,
            of.version,
            of.name,
            of.summary,
            [wit.Capability(need.name, list(need.targets), need.reason) for need in of.needs],
            wit.Instances.WARM if of.warm else wit.Instances.FRESH,
            None if of.settings is None else json.dumps(of.settings.schema()),
        )
