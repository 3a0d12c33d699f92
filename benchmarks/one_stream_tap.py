"""The least tap that the SDK can make: what its start-up costs in any case."""

from __future__ import annotations

from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th


class Things(RESTStream[int]):
    """One stream."""

    name = "things"
    path = "/things"
    url_base = "https://example.com"
    schema = th.PropertiesList(th.Property("id", th.StringType)).to_dict()


class TapOneStream(Tap):
    """One setting."""

    name = "tap-one-stream"
    config_jsonschema = th.PropertiesList(th.Property("api_key", th.StringType)).to_dict()

    def discover_streams(self) -> list[Things]:
        """Return the one stream."""
        return [Things(self)]


if __name__ == "__main__":
    TapOneStream.cli()
