"""The figures against published ones, against statsmodels and SciPy, and at the edges."""

import csv
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from app.transfer import comparison, cox, hazard, poisson, power, series, survival
from app.transfer.survival import Counts, Estimate

# stanford_heart: heart transplants, Crowley and Hu (1977), as R's survival package has them. sicily: monthly admissions
# for coronary events around the smoking ban of 2005, Lopez Bernal, Cummins and Gasparrini (2017).
DATA = Path(__file__).parent / "published"
# Freireich et al., Blood 21 (1963), weeks in remission; + marks those still in remission (Cox 1972, table 1).
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / f"{name}.csv").read_text().splitlines()))


def remission(text: str) -> tuple[np.ndarray, np.ndarray]:
    parts = text.split()
    return np.array([int(part.strip("+")) for part in parts]), np.array(["+" not in part for part in parts])


def counted(text: str) -> Counts:
    return Counts.of(*remission(text))


def stanford() -> tuple[np.ndarray, ...]:
    """Whole days to death or the end, whether she died, and the day of the transplant (-1: none)."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in table("stanford_heart"):
        rows.setdefault(row["id"], []).append(row)
    days = [round(float(one[-1]["stop"])) for one in rows.values()]
    died = [one[-1]["event"] == "1" for one in rows.values()]
    had = [math.ceil(float(one[-1]["start"])) if one[-1]["transplant"] == "1" else -1 for one in rows.values()]
    return np.array(days), np.array(died), np.array(had)


def test_freireich_medians_are_23_and_8_weeks() -> None:
    curves = [survival.kaplan_meier(counted(text)) for text in (SIX_MP, PLACEBO)]
    assert [survival.median(curve).estimate for curve in curves] == [23, 8]


def test_freireich_log_rank_is_16_79() -> None:
    found = survival.log_rank(counted(SIX_MP), counted(PLACEBO))
    assert found.chi2 == pytest.approx(16.793, abs=0.001)


def test_freireich_curve_is_the_published_one() -> None:
    curve = survival.kaplan_meier(counted(SIX_MP))
    # Kalbfleisch and Prentice, table 1.2
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {day: round(float(curve.surviving[day]), 3) for day in published} == published


def test_stanford_hazard_ratio_of_a_transplant_is_the_one_of_statsmodels() -> None:
    days, died, had = stanford()
    with_heart, without = cox.split(days, died, had, -1)
    found = cox.log_ratio(with_heart, without)
    model = _phreg(["transplant"])
    assert with_heart.n == 69
    assert found is not None
    assert found[0] == pytest.approx(model[0][0], abs=1e-6)
    assert found[1] ** 0.5 == pytest.approx(model[1][0], abs=1e-6)


def test_stanford_coefficients_are_the_published_ones() -> None:
    # R's survival package, `coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, heart)`
    coefficients, errors = _phreg(["age", "year", "surgery", "transplant"])
    assert coefficients.round(4).tolist() == [0.0272, -0.1463, -0.6372, -0.0103]
    assert errors.round(3).tolist() == [0.014, 0.07, 0.367, 0.314]


def _phreg(names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.duration.hazard_regression import PHReg

    rows = table("stanford_heart")
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    design = np.column_stack([column[name] for name in names])
    # statsmodels counts whoever enters on a day among those at risk on it: a little later says what is meant.
    entry = column["start"] + 0.1
    fitted = PHReg(column["stop"], design, status=column["event"], entry=entry, ties="efron").fit()
    return fitted.params, fitted.bse


def test_without_autocorrelation_the_sicilian_interval_is_the_published_one() -> None:
    rows = table("sicily")
    events, people = (np.array([float(row[name]) for row in rows]) for name in ("aces", "stdpop"))
    found = series.counted(events, people, 36)
    plain = found.independent
    assert [plain.estimate, plain.low, plain.high] == pytest.approx([0.894, 0.864, 0.925], abs=0.001)
    assert _width(found.robust) > _width(plain)


def test_groups_that_differ_widen_a_difference_in_differences() -> None:
    before = series.Cell(np.array([200.0, 200, 200]), np.full(3, 1_000.0))
    other = series.Cell(np.array([200.0, 205, 195]), np.full(3, 1_000.0))
    alike, apart = (series.Cell(np.array(some), np.full(3, 1_000.0)) for some in ([150.0, 151, 149], [70.0, 150, 230]))
    near, far = (series.difference_in_differences((before, before), (after, other)) for after in (alike, apart))
    assert [near.estimate, far.estimate] == pytest.approx([-0.05, -0.05])
    assert _width(far) > 10 * _width(near)


def test_a_step_in_a_series_is_found_and_autocorrelation_widens_its_interval() -> None:
    lot = np.random.default_rng(4)
    noise = np.zeros(80)
    for month in range(1, 80):
        noise[month] = 0.8 * noise[month - 1] + lot.normal()
    values = 20 + 0.1 * np.arange(80) + 9 * (np.arange(80) >= 40) + noise
    robust, naive = series.interrupted(values, 40), series.interrupted(values, 40, lags=0)
    assert robust.step.low is not None
    assert robust.step.low > 0
    assert _width(robust.step) > _width(naive.step)


def _width(one: Estimate) -> float:
    return (one.high or 0) - (one.low or 0)


@every(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40))
@settings(max_examples=30, deadline=None)
def test_curve_and_band_are_those_of_scipy(sample: list[tuple[int, bool]]) -> None:
    from scipy.stats import CensoredData, ecdf

    days, events = np.array([day for day, _ in sample]), np.array([event for _, event in sample])
    ours = survival.kaplan_meier(Counts.of(days, events))
    theirs = ecdf(CensoredData(uncensored=days[events], right=days[~events])).sf
    assert ours.surviving[days] == pytest.approx(theirs.evaluate(days))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        low = theirs.confidence_interval(method="log-log").low.evaluate(days)
    known = ~np.isnan(ours.low[days])
    assert ours.low[days][known] == pytest.approx(low[known])


@every(
    st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans()), max_size=25),
    st.integers(0, 12),
)
@settings(max_examples=60, deadline=None)
def test_no_nan_and_no_infinity_leaves(sample: list[tuple[int, bool, bool]], horizon: int) -> None:
    columns = [[row[place] for row in sample] for place in range(3)]
    days = np.array(columns[0], int)
    events, given = (np.array(column, bool) for column in columns[1:])
    curve = survival.kaplan_meier(Counts.of(days, events))
    clusters = np.arange(len(days)) // 3
    found = [survival.median(curve), survival.transfer(curve, horizon)]
    for arms in (comparison.Arms(days, events, given), comparison.Arms(days, events, given[clusters * 3], clusters)):
        one = comparison.compare(arms, horizon, 1)
        found += [one.transfer_difference, one.mean_difference, one.hazard_ratio, Estimate(one.p)]
    parts = [part for one in found for part in (one.estimate, one.low, one.high) if part is not None]
    assert all(math.isfinite(part) for part in parts)


def test_ties_events_come_before_censorings() -> None:
    curve = survival.kaplan_meier(Counts.of([5, 5], [True, False]))
    assert curve.surviving[5] == 0.5


def test_all_censored_has_no_median_and_no_interval() -> None:
    curve = survival.kaplan_meier(Counts.of([5, 9, 9], [False] * 3))
    assert survival.median(curve) == Estimate()
    assert survival.transfer(curve, 7) == Estimate(0.0)


def test_beyond_the_last_person_followed_nothing_is_claimed() -> None:
    curve = survival.kaplan_meier(Counts.of([5, 9], [True, False]))
    assert survival.transfer(curve, 30) == Estimate()
    assert survival.restricted_mean(curve, 30) is None


def test_nobody_is_no_mistake() -> None:
    curve = survival.kaplan_meier(Counts.of([], []))
    assert survival.median(curve) == survival.transfer(curve, 0) == Estimate()


def test_the_restricted_mean_is_the_plain_mean_where_everybody_is_done() -> None:
    curve = survival.kaplan_meier(Counts.of([2, 4, 9], [True] * 3))
    assert survival.restricted_mean(curve, 9) == pytest.approx((5.0, np.var([2, 4, 9]) / 3))


def test_persons_left_out_are_a_subtraction() -> None:
    days, events = remission(SIX_MP)
    some = np.arange(21) % 3 == 0
    left = Counts.of(days, events) - Counts.of(days[some], events[some])
    assert left.at_risk[:10].tolist() == Counts.of(days[~some], events[~some]).at_risk[:10].tolist()


def test_drawing_groups_again_counts_every_arrangement_where_there_are_few() -> None:
    p, least = comparison.again(np.array([3.0, 2.0, -2.0, -3.0]), np.array([True, True, False, False]), 1)
    assert [p, least] == pytest.approx([2 / 6, 1 / 6])


def test_the_lot_is_drawn_the_same_way_from_the_same_seed() -> None:
    sums, given = np.arange(30.0), np.arange(30) % 2 == 0
    assert comparison.again(sums, given, 7) == comparison.again(sums, given, 7)


def test_poisson_regression_is_the_one_of_statsmodels() -> None:
    import statsmodels.api as sm

    lot = np.random.default_rng(2)
    group = np.repeat(np.arange(8), 20)
    design = np.column_stack([lot.integers(0, 2, 160), np.ones(160), lot.integers(0, 2, 160)]).astype(float)
    exposure = lot.uniform(5, 50, 160)
    events = lot.poisson(exposure * 0.05).astype(float)
    theirs = sm.GLM(events, design, family=sm.families.Poisson(), offset=np.log(exposure)).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
    )
    state, other = design[:, 0].astype(int), design[:, 2].astype(int)
    ours = poisson.fit(poisson.Design(state, [np.zeros(160, int), other]), events, exposure, group)
    assert ours is not None
    assert ours.first == pytest.approx(theirs.params[0], abs=1e-8)
    assert ours.error == pytest.approx(theirs.bse[0] * (8 / 7) ** 0.5, rel=1e-6)


def test_a_column_that_says_nothing_new_has_no_estimate() -> None:
    column = np.array([1, 0, 1, 0])
    design = poisson.Design(column, [np.zeros(4, int), column])
    assert poisson.fit(design, np.array([3.0, 1, 2, 2]), np.ones(4), np.arange(4)) is None


def test_person_weeks_keep_every_day_and_every_event() -> None:
    lot = np.random.default_rng(3)
    days, events = lot.integers(0, 90, 50), lot.random(50) < 0.5
    group = np.arange(50) % 5
    starts = np.array([700_100, 700_100, 700_131, 700_131, hazard.NEVER])
    cells = hazard.cut(hazard.Steps(lot.integers(700_000, 700_200, 50), days, events, group, starts))
    assert cells.exposure.sum() == (days + 1).sum()
    assert cells.events.sum() == events.sum()
    assert set(cells.given[cells.group == 4]) == {0}


def test_the_day_of_the_week_on_which_an_aid_came_makes_no_difference() -> None:
    lot = np.random.default_rng(3)
    group = np.arange(300) % 10
    starts = 700_070 + 28 * (np.arange(10) // 2)
    origin, days = lot.integers(700_000, 700_150, 300), lot.integers(5, 90, 300)
    events = lot.random(300) < 0.3 + 0.5 * (origin + days > starts[group])
    found = {
        hazard.randomised(hazard.Steps(origin + shift, days, events, group, starts + shift), 1).p for shift in range(7)
    }
    assert len(found) == 1


@pytest.mark.parametrize(("ratio", "events"), [(1.5, 191), (2, 66), (3, 27)])
def test_schoenfelds_events(ratio: float, events: int) -> None:
    assert power.events_needed(ratio) == events


def test_groups_need_more_events_than_persons() -> None:
    assert power.events_needed(2, inflation=power.inflation(11, 0.05)) == 99


def test_what_can_be_detected_turns_the_formula_round() -> None:
    assert power.detectable(66) == pytest.approx(2.0, abs=0.01)
    assert power.detectable(0) is None
