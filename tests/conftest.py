"""What holds for all tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that drive a browser last.

    Playwright keeps an event loop running in the main thread while its browser is open, beside which
    no asynchronous test can start one of its own.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
