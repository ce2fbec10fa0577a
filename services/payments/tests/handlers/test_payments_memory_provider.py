"""The provider that other tests lean on behaves as every provider must."""

import pytest

from services.payments.tests.memory_provider import MemoryProvider
from services.payments.tests.provider_conformance import ProviderConformance


class TestMemoryProvider(ProviderConformance):
    @pytest.fixture
    def provider(self) -> MemoryProvider:
        return MemoryProvider()
