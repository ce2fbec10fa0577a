"""What do aggregators, who sell labels of many carriers, have in common?"""

from collections.abc import Mapping

from chassis.outside import Declined
from contracts.carriers import ConfigurationField
from contracts.values import Address

CHECKS_ADDRESSES = ConfigurationField(
    name="check_addresses", label="Check addresses before a label is bought", kind="choice",
    choices=("no", "yes"), default="no", about="A check may cost something",
)  # fmt: skip
CUSTOMS_SIGNER = ConfigurationField(
    name="customs_signer", label="Who signs for customs", required=False,
    about="Needed where goods cross a customs border",
)  # fmt: skip


def address_of_api(url: str) -> ConfigurationField:
    """Where its API is; only tests tell another."""
    return ConfigurationField(
        name="base_url", label="Address of the API", kind="url", required=False, default=url
    )


def checks_addresses(settings: Mapping[str, str]) -> bool:
    """Tell whether the account says that addresses are checked."""
    return settings.get(CHECKS_ADDRESSES.name) == "yes"


def signer_of(account: str, settings: Mapping[str, str]) -> str:
    """Who signs for customs; raises Declined where the account does not say so."""
    if signer := settings.get(CUSTOMS_SIGNER.name, ""):
        return signer
    told = f"Account {account} does not say who signs for customs (customs_signer)."
    raise Declined("no_customs_signer", told)


def address_of(of: Address) -> dict[str, str]:
    """Write an address as they all want it."""
    return {
        "name": of.name, "company": of.company, "street1": of.line1, "street2": of.line2,
        "city": of.city, "state": of.region, "zip": of.postcode, "country": of.country,
        "phone": of.phone, "email": of.email,
    }  # fmt: skip
