//! The picture of latency against rate: an SVG file, readable on a light and on a dark page.

use std::fmt::Write;

/// A measurement with a number of connections.
#[derive(Clone, Copy)]
pub struct Point {
    /// The number of connections.
    pub connections: usize,
    /// Requests per second.
    pub rate: f64,
    /// Median latency in milliseconds.
    pub p50: f64,
    /// Latency of the 99th percentile in milliseconds.
    pub p99: f64,
}

/// The measurements of one program or operation.
pub struct Curve {
    name: String,
    is_limit: bool,
    points: Vec<Point>,
}

impl Curve {
    /// Returns a curve without points. Those of limit programs are grey and dashed.
    pub fn new(name: &str, is_limit: bool) -> Curve {
        Curve { name: name.to_owned(), is_limit, points: Vec::new() }
    }

    /// Adds a point. Of two with the same number of connections, keeps the one with the higher rate.
    pub fn add(&mut self, point: Point) {
        match self.points.iter_mut().find(|known| known.connections == point.connections) {
            Some(known) if known.rate >= point.rate => {}
            Some(known) => *known = point,
            None => self.points.push(point),
        }
    }
}

const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 520.0;
/// The left edges of the two panels, and their common top, width and height.
const LEFT: [f64; 2] = [66.0, 558.0];
const TOP: f64 = 64.0;
const PANEL: (f64, f64) = (420.0, 380.0);
/// Colours that differ in brightness too, so that they can be told apart by everyone.
const COLOURS: [&str; 3] = ["#0072b2", "#d55e00", "#8a2f86"];
const GREYS: [&str; 2] = ["#808080", "#484848"];
/// The width of a letter of a label, roughly, and the height of its line.
const LETTER: (f64, f64) = (6.9, 15.0);

/// The axes, both logarithmic, between powers of ten.
struct Axes {
    left: f64,
    rates: (f64, f64),
    latencies: (f64, f64),
}

impl Axes {
    fn x(&self, rate: f64) -> f64 {
        self.left + PANEL.0 * part(rate, self.rates)
    }

    fn y(&self, latency: f64) -> f64 {
        TOP + PANEL.1 * (1.0 - part(latency, self.latencies))
    }
}

/// Returns where a value lies between two others, on a logarithmic scale from 0 to 1.
fn part(value: f64, (least, most): (f64, f64)) -> f64 {
    (value / least).log10() / (most / least).log10()
}

/// Returns 1, 2 or 5 times a power of ten, below or above all values.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), it| (least.min(it), most.max(it)));
    let steps = steps((least / 10.0, most * 10.0));
    let below = steps.iter().rev().find(|step| **step <= least * 0.9).copied().unwrap_or(least);
    let above = steps.iter().find(|step| **step >= most * 1.1).copied().unwrap_or(most);
    (below, above)
}

/// Returns 1, 2 and 5 times the powers of ten within an interval.
fn steps((least, most): (f64, f64)) -> Vec<f64> {
    (-6..9)
        .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)))
        .filter(|step| *step >= least * 0.999 && *step <= most * 1.001)
        .collect()
}

/// Draws the picture: the median in the left panel, the 99th percentile in the right one.
pub fn svg(curves: &[Curve], caption: &str) -> String {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let rates = ends(points().map(|point| point.rate));
    let latencies = ends(points().flat_map(|point| [point.p50, point.p99]));
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="12">
<title>Latency against requests per second</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
"##
    );
    let titles = ["median latency (p50)", "99th percentile (p99)"];
    for (panel, (left, title)) in LEFT.into_iter().zip(titles).enumerate() {
        let axes = Axes { left, rates, latencies };
        grid(&mut svg, &axes, title);
        let latency = |point: &Point| if panel == 0 { point.p50 } else { point.p99 };
        draw(&mut svg, &axes, curves, &latency);
    }
    text(&mut svg, WIDTH / 2.0, HEIGHT - 12.0, "middle", "#444444", caption);
    svg.push_str("</svg>\n");
    svg
}

fn grid(svg: &mut String, axes: &Axes, title: &str) {
    let (right, bottom) = (axes.left + PANEL.0, TOP + PANEL.1);
    let line = |svg: &mut String, x1: f64, y1: f64, x2: f64, y2: f64| {
        let _ = writeln!(svg, r##"<path d="M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}" stroke="#e4e4e4" fill="none"/>"##);
    };
    for step in steps(axes.rates) {
        line(svg, axes.x(step), TOP, axes.x(step), bottom);
        text(svg, axes.x(step), bottom + 18.0, "middle", "#444444", &short(step));
    }
    for step in steps(axes.latencies) {
        line(svg, axes.left, axes.y(step), right, axes.y(step));
        text(svg, axes.left - 8.0, axes.y(step) + 4.0, "end", "#444444", &short(step));
    }
    let _ = writeln!(
        svg,
        r##"<rect x="{:.1}" y="{TOP}" width="{}" height="{}" fill="none" stroke="#888888"/>"##,
        axes.left, PANEL.0, PANEL.1
    );
    let middle = axes.left + PANEL.0 / 2.0;
    let _ = writeln!(
        svg,
        r##"<text x="{middle:.1}" y="{:.1}" text-anchor="middle" font-size="15" font-weight="600" fill="#111111">{title}</text>"##,
        TOP - 18.0
    );
    text(svg, middle, bottom + 40.0, "middle", "#111111", "requests per second");
    let (x, y) = (axes.left - 48.0, TOP + PANEL.1 / 2.0);
    let _ = writeln!(
        svg,
        r##"<text x="{x:.1}" y="{y:.1}" text-anchor="middle" fill="#111111" transform="rotate(-90 {x:.1} {y:.1})">milliseconds</text>"##
    );
}

/// Draws the curves, each with a label where there is room.
fn draw(svg: &mut String, axes: &Axes, curves: &[Curve], latency: &dyn Fn(&Point) -> f64) {
    let (mut colours, mut greys) = (COLOURS.iter().cycle(), GREYS.iter().cycle());
    let mut taken: Vec<Area> = Vec::new();
    let mut labels = Vec::new();
    for curve in curves {
        let colour = if curve.is_limit { greys.next() } else { colours.next() }.copied().unwrap_or("#000000");
        let places: Vec<(f64, f64)> =
            curve.points.iter().map(|point| (axes.x(point.rate), axes.y(latency(point)))).collect();
        let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let dashes = if curve.is_limit { r#" stroke-dasharray="6 4""# } else { "" };
        let _ = writeln!(
            svg,
            r#"<path d="M{}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dashes}/>"#,
            path.join("L")
        );
        for (x, y) in &places {
            let _ = writeln!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" fill="{colour}"/>"#);
            taken.push(Area { x: x - 4.0, y: y - 4.0, width: 8.0, height: 8.0 });
        }
        // A label must not lie on a line either.
        for (from, to) in places.iter().zip(places.iter().skip(1)) {
            for step in 1..8 {
                let at = f64::from(step) / 8.0;
                let (x, y) = (from.0 + (to.0 - from.0) * at, from.1 + (to.1 - from.1) * at);
                taken.push(Area { x: x - 2.0, y: y - 2.0, width: 4.0, height: 4.0 });
            }
        }
        labels.push((&curve.name, places, colour));
    }
    for (name, places, colour) in labels {
        let (width, height) = (LETTER.0 * name.chars().count() as f64, LETTER.1);
        // Near the last point, else near another: above, left, right, below.
        let offsets = [(-0.5, -1.6), (-1.1, -0.5), (0.08, -0.5), (-1.0, -1.4), (0.0, -1.4), (-1.0, 0.5), (0.0, 0.5)];
        let mut areas = places.iter().rev().flat_map(|(x, y)| {
            offsets.map(|(across, down)| Area { x: x + width * across, y: y + height * down, width, height })
        });
        let inside = Area { x: axes.left + 2.0, y: TOP + 2.0, width: PANEL.0 - 4.0, height: PANEL.1 - 4.0 };
        let free = areas.find(|area| inside.holds(area) && !taken.iter().any(|other| other.meets(area)));
        let Some(area) = free else { continue };
        text(svg, area.x + width / 2.0, area.y + 11.5, "middle", colour, name);
        taken.push(area);
    }
}

#[derive(Clone, Copy)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Area {
    fn holds(&self, other: &Area) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && other.x + other.width <= self.x + self.width
            && other.y + other.height <= self.y + self.height
    }

    fn meets(&self, other: &Area) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, colour: &str, text: &str) {
    // With a white edge, so that it can be read on a line.
    let _ = writeln!(
        svg,
        r##"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{colour}" stroke="#ffffff" stroke-width="3" paint-order="stroke">{text}</text>"##
    );
}

/// Writes the number of an axis: `0.1`, `20`, `5k`.
fn short(value: f64) -> String {
    if value >= 1_000.0 { format!("{:.0}k", value / 1_000.0) } else { format!("{value}") }
}
