"""What a run needs before its first picture: the site, the networks, the journal."""

from pathlib import Path

from camera_agent.control import DeviceState
from camera_agent.control.names import check_name
from camera_agent.errors import AgentError
from camera_agent.observe import SceneContext
from camera_agent.pipeline.chain import NewAnalyser
from recognition import __version__
from recognition.contracts import Site
from recognition.evidence import canonical_bytes
from recognition.geometry import RoadPlane, ViewReference, load_site, load_view, unsurveyed_site
from recognition.plates import load_grammars
from recognition.violations import watches_people
from recognition.vision import SceneAnalyser, VisionModels

CODE_VERSION = f"rubezh-{__version__}"


class SiteChoice:
    """The site of one run and the exact bytes it was read from (none for a camera nobody surveyed)."""

    def __init__(self, site: Site, site_file: bytes, view: ViewReference | None = None) -> None:
        self.site = site
        self.site_file = site_file
        self.view = view

    @classmethod
    def load(cls, path: Path) -> "SiteChoice":
        """Read a surveyed site, and the still of its survey where one lies beside it.

        Raises:
            SiteError: it is missing or wrong; the message names key and fix.
        """
        site = load_site(path)
        return cls(site, path.read_bytes(), load_view(path, site))

    @classmethod
    def unsurveyed(cls, camera_id: str, size_px: tuple[int, int], region: str) -> "SiteChoice":
        """Make do without a survey: passages only."""
        return cls(unsurveyed_site(camera_id, *size_px, region), b"")

    @property
    def digest_source(self) -> bytes:
        """The bytes that tell this site from any other."""
        return self.site_file or canonical_bytes(self.site)


def choose_site(
    path: Path | None, region: str | None, state: DeviceState, device_id: str, size_px: tuple[int, int]
) -> SiteChoice:
    """Load the site file, else make an unsurveyed site in the given region, else in the region of enrolment.

    Raises:
        AgentError: neither is known (``site.needed``).
    """
    if path is not None:
        return SiteChoice.load(path)
    identity = state.identity()
    if region is None and identity is None:
        raise AgentError(
            "neither a site nor a region is given", code="site.needed", hint="add --site SITE.toml, or --region CODE"
        )
    chosen = region or (identity.region if identity else "")
    return SiteChoice.unsurveyed(device_id, size_px, check_name(chosen, "--region"))


def make_context(choice: SiteChoice, device_id: str, models: VisionModels, natural_key: str) -> SceneContext:
    """Bring together what is the same for every vehicle of the run."""
    site = choice.site
    return SceneContext(
        site=site,
        site_file=choice.site_file,
        plane=RoadPlane.from_site(site) if site.survey is not None else None,
        device_id=device_id,
        models=models.digests,
        code_version=CODE_VERSION,
        natural_key=natural_key,
        view=choice.view,
    )


def analyser_factory(models: VisionModels, site: Site) -> NewAnalyser:
    """Return what makes a fresh analyser for each unbroken stretch of the stream."""
    grammars = tuple(load_grammars())
    home = site.jurisdiction if any(grammar.plate_region == site.jurisdiction for grammar in grammars) else None
    return lambda rate_hz: SceneAnalyser(
        models,
        camera_id=site.camera.camera_id,
        home=home,
        grammars=grammars,
        rate_hz=rate_hz,
        watch_people=watches_people(site),
    )
