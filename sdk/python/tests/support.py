"""What the tests share."""

import unittest

from wheelhouse_sdk import testing
from wheelhouse_sdk.definition import reset


class KitTest(unittest.TestCase):
    """A test that begins without a plugin, without documents and without answers of servers."""

    def setUp(self) -> None:
        reset()
        testing.reset()
