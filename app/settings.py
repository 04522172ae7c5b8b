"""Every setting is an environment variable `JOBAIDS_…`; `jobaids settings` prints this list with its defaults."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import StartError
from app.languages import first_part
from app.viewer import Role


class Settings(BaseSettings):
    """What an administrator may choose; nothing else is read from the environment."""

    model_config = SettingsConfigDict(env_prefix="JOBAIDS_", extra="ignore")

    data_dir: Path = Field(Path("data"), description="Folder for the SQLite file, the index and the keys.")
    database_url: str = Field("", description="PostgreSQL address; empty means SQLite in the data folder.")
    base_url: str = Field("", description="Public address of the server, as printed on cards; empty means as asked.")
    reading: Literal["members", "everyone"] = Field("members", description="Who may read: members, or everyone.")
    min_group: Annotated[int, Field(ge=3)] = Field(5, description="Figures about fewer people are not shown.")
    min_query_group: Annotated[int, Field(ge=3)] = Field(10, description="Query texts of fewer people are not shown.")
    min_events_per_arm: Annotated[int, Field(ge=3)] = Field(10, description="Fewer events in an arm: no claim.")
    horizon_days: Annotated[int, Field(ge=1, le=3650)] = Field(90, description="Transfer within so many days.")
    evidence_days: Annotated[int, Field(ge=0)] = Field(0, description="Evidence older than this goes; 0 keeps it.")
    event_days: Annotated[int, Field(ge=30, le=4000)] = Field(
        400, description="Searches and openings older than this go; totals stay."
    )
    unknown_evidence: Literal["create", "refuse"] = Field(
        "create", description="Evidence about unknown persons or tasks: taken in unconfirmed, or refused."
    )
    language: str = Field("en", description="Language of aids that do not name theirs, such as de.")
    min_learned: Annotated[int, Field(ge=3)] = Field(3, description="Readers who must have used a word for an aid.")
    time_zone: str = Field("UTC", description="The organisation's time zone, for days in reports.")
    rate_sign_in: str = Field("5/minute", description="Sign-in attempts per address, and per account.")
    rate_search: str = Field("240/minute", description="Anonymous searches per address.")
    rate_events: str = Field("600/minute", description="Anonymous event calls per address.")
    rate_widget: str = Field("600/minute", description="Calls of the help widget per application and reader.")
    rate_token: str = Field("12000/minute", description="Calls per API token.")
    session_days: int = Field(14, description="Days that a sign-in lasts.")
    oidc_client_id: str = Field("", description="Single sign-on: the name of this server at the provider.")
    oidc_client_secret: str = Field(
        "", repr=False, description="Single sign-on: its secret; empty for a public client."
    )
    oidc_issuer: str = Field(
        "", description="Single sign-on: address of the OpenID Connect provider; empty means none."
    )
    oidc_name: str = Field("single sign-on", description="Single sign-on: what the button says after “Sign in with”.")
    oidc_person_claim: str = Field("", description="Single sign-on: claim with the person's id; empty means made here.")
    oidc_groups_claim: str = Field("groups", description="Single sign-on: claim with the person's groups.")
    oidc_roles: str = Field("", description="Single sign-on: roles by value of that claim, such as trainers=trainer.")
    own_approval: bool = Field(False, description="Whether persons may approve what they wrote: for teams of one.")
    smtp_url: str = Field("", description="Mail server, smtp://user:password@host:587; empty: files.")
    mail_from: str = Field("jobaids@localhost", description="Sender of mails.")
    check_external_links: bool = Field(False, description="Ask other servers whether linked pages exist.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log line.")

    @field_validator("language")
    @classmethod
    def _language_code(cls, value: str) -> str:
        lang = first_part(value)
        if not lang:
            raise ValueError(f"{value!r} is no language; use a code such as de or pt-BR")
        return lang

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no time zone is called {value!r}; use a name such as Europe/Berlin") from None
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _reachable(cls, value: str, info: ValidationInfo) -> str:
        address = urlsplit(value)
        if value and address.scheme != "https" and address.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError("the address of the provider begins with https://")
        if value and not info.data.get("oidc_client_id"):
            raise ValueError("JOBAIDS_OIDC_CLIENT_ID is needed too")
        return value

    @field_validator("oidc_person_claim")
    @classmethod
    def _no_address(cls, value: str) -> str:
        if value.startswith("email"):
            raise ValueError("an e-mail address may pass to somebody else; use a claim with a lasting id")
        return value

    @field_validator("oidc_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        for pair in filter(None, map(str.strip, value.split(","))):
            if pair.rpartition("=")[2].strip() not in set(Role) or "=" not in pair:
                raise ValueError(f"{pair!r} is not a pair such as trainers=trainer; roles are {', '.join(Role)}")
        return value

    @property
    def oidc_role_pairs(self) -> dict[str, Role]:
        """The role that each value of a claim gives, in the order of the setting."""
        pairs = [pair.rpartition("=") for pair in self.oidc_roles.split(",") if pair.strip()]
        return {value.strip(): Role(role.strip()) for value, _, role in pairs}

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        url = urlsplit(value)
        if value and not (url.scheme in {"smtp", "smtps"} and url.hostname):
            raise ValueError("write it as smtp://user:password@mail.example.org:587, or smtps:// for port 465")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def simulated_mark(self) -> Path:
        """The file whose presence says that the people and figures here do not exist."""
        return self.data_dir / "SIMULATED"

    @property
    def index_dir(self) -> Path:
        """Where the search index lives; it may be deleted at any time."""
        return self.data_dir / "index"

    @property
    def sqlalchemy_url(self) -> str:
        """The database address with its driver named."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'jobaids.sqlite').absolute()}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else self.database_url


def load() -> Settings:
    """Read the environment.

    Raises:
        StartError: a setting has a value that cannot be used; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "JOBAIDS_" + "_".join(str(part) for part in first["loc"]).upper()
        raise StartError(f"{name}: {first['msg']}.") from None
