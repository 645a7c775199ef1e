"""The pytest fixture through which tests get the oracle, or are skipped with the reason."""

from __future__ import annotations

import pytest

from .crd_file import OracleUnavailableError
from .istio_crds import IstioOracle


@pytest.fixture(scope="session")
def istio_oracle() -> IstioOracle:
    """Return the oracle of this session, building the CRD file first when it is missing."""
    try:
        return IstioOracle()
    except OracleUnavailableError as reason:
        pytest.skip(f"no Istio oracle: {reason}")
