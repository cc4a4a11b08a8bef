"""What an installation may set: environment variables `NODUS_…`, or files named as them in /run/secrets."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")


class Settings(BaseSettings):
    """Every setting with its default; the README has the same list."""

    model_config = SettingsConfigDict(
        env_prefix="NODUS_", secrets_dir=SECRETS if SECRETS.is_dir() else None, extra="ignore", frozen=True
    )

    database_url: Annotated[str, Field(description="PostgreSQL 18; postgresql://login@host/name")] = ""
    migration_database_url: Annotated[str, Field(description="The login that owns the tables; empty: database_url")] = ""
    login_password: Annotated[SecretStr, Field(description="For `migrate --login`: the password of that login")] = SecretStr("")
    pool_size: Annotated[int, Field(ge=1, le=100, description="Connections a process")] = 10
    master_key: Annotated[SecretStr, Field(description="32 bytes in base64 under which every case's key is wrapped")] = SecretStr(
        ""
    )
    base_url: Annotated[str, Field(description="Where others reach this API, without /v1")] = "http://127.0.0.1:8000"
    source: Annotated[str, Field(description="CloudEvents source: urn:nld:oin:<OIN>:systeem:<name>")] = (
        "urn:nld:oin:00000000000000000000:systeem:nodus"
    )
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    trusted_proxies: Annotated[
        str, Field(description="Addresses or networks, by commas, whose word on a caller's address is taken")
    ] = "127.0.0.1"
    metrics_port: Annotated[int, Field(ge=0, le=65535, description="0: no metrics port")] = 9000
    body_limit: Annotated[int, Field(ge=1024, description="Largest request body, bytes")] = 262_144
    import_limit: Annotated[int, Field(ge=1024, description="Largest file that an administrator sends, bytes")] = 67_108_864  # ⚙
    protocols_folder: Annotated[str, Field(description="A folder with triage protocols of your own, one YAML file a version")] = (
        ""
    )
    national_number: Annotated[
        str, Field(pattern=r"^[0-9 -]{3,20}$", description="The number that pages tell people to ring")
    ] = "0800-1205"  # ⚙
    intake_organisation: Annotated[
        UUID | None, Field(description="Who takes in what comes by the web and from professionals; empty: the national desk")
    ] = None
    police_channel_ends_on: Annotated[
        date | None, Field(description="The last day of decree BWBR0045999 on police data; empty: no end is known")
    ] = None  # ⚙
    webhooks_to_private_addresses: Annotated[
        bool, Field(description="Allow http and loopback receivers: demo and tests only")
    ] = False
    smtp_host: Annotated[str, Field(description="The mail server for notices to desks; empty: nothing is mailed")] = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: Annotated[str, Field(description="The address that notices come from")] = ""
    smtp_return_path: Annotated[
        str, Field(description="An address whose sub-addresses (+…) all arrive: bounces go there; empty: to the sender")
    ] = ""
    smtp_starttls: Annotated[
        Literal["required", "implicit", "off"], Field(description="implicit: TLS from the start; off: tests only")
    ] = "required"
    smtp_ca_file: Annotated[
        str, Field(description="Who signs the mail server's certificate; empty: whom this machine trusts")
    ] = ""
    smtp_timeout: Annotated[float, Field(gt=0, le=60, description="Seconds for each answer of the mail server")] = 10  # ⚙
    webhooks_authorities: Annotated[
        str, Field(description="A PEM file with authorities that vouch for receivers, beside the usual ones")
    ] = ""
    heartbeat_url: Annotated[
        str,
        Field(description="Asked after every look of the auditor: a service that alarms when nobody asks; empty: nobody is told"),
    ] = ""
    demo: Annotated[bool, Field(description="Start page of the demo, the demo's clock")] = False
    demo_file: Annotated[str, Field(description="What the demo tells its start page")] = ""
    clock: Annotated[str, Field(description="The demo's clock: real|domain|speed")] = ""
    log_level: str = "info"


@cache
def load() -> Settings:
    """The settings of this process."""
    return Settings()
