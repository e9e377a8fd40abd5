# SPDX-License-Identifier: MPL-2.0
"""One message that is to be refused, or read, at little cost."""

import dataclasses
import typing

MEGABYTE = 1024 * 1024


@dataclasses.dataclass
class Shape:
    """make: gives the octets. options: words behind the verb; "{name}" is a file of the world.
    code: the exit status; says: what the answer has in it, on standard output or error."""

    name: str
    verb: str
    make: typing.Callable[[], bytes]
    code: int
    says: str
    options: tuple = ()


class World:
    """Whom the messages are for: filled in before the shapes are made."""

    def __init__(self):
        self.files = {}
        self.rsa = self.ec = None  # (issuer, serial number) of the keys at hand, as elements
        self.points = {}


WORLD = World()
