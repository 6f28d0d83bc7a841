import unittest

from wheelhouse_sdk import Invalid, testing

from app import count_tally, list_tally


class Tally(unittest.TestCase):
    def setUp(self):
        testing.reset()

    def test_counts_add_up(self):
        testing.call_tool(count_tally, {"what": "bears", "count": 2})
        self.assertEqual(testing.call_tool(count_tally, {"what": "bears", "count": 2}).data, 4)
        self.assertEqual(len(testing.call_route(list_tally).json()["data"]), 2)

    def test_nothing_is_not_counted(self):
        with self.assertRaises(Invalid):
            testing.call_tool(count_tally, {"what": "bears", "count": 0})
