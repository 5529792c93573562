#!/usr/bin/env python
"""Draw drugs/charts/world.json from Natural Earth: run once, the result is kept in the project.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python scripts/build-world.py package/countries-50m.json > drugs/charts/world.json

Source: Natural Earth (https://www.naturalearthdata.com), public domain, as TopoJSON by the npm package world-atlas
(ISC licence). Each border is one arc that two countries share: arcs are simplified, not countries, so that neighbours
still meet. Projection: Gall's stereographic (1855), which leaves small northern countries room; Antarctica is left out. A country
too small to be seen becomes a point.

The answer: {"width", "height", "shapes": {ISO 3166-1 alpha-2: path}, "points": {code: [x, y]}, "rest": path of land
without a code}. Whole numbers; every path is relative, so that a part of it can be moved.
"""

import json
import math
import sys
from pathlib import Path

from django_countries.data import ALT_CODES

WIDTH = 1000
#: Latitudes at which the map ends.
NORTH, SOUTH = 83.7, -56.5
#: A point of a border nearer than this to the line between its neighbours is left out, in units of the map.
TOLERANCE = 0.62
#: An island smaller than this is left out; a country whose largest part is smaller becomes a point. In square units.
SMALLEST_ISLAND, SMALLEST_COUNTRY = 5.0, 7.0


def gall(longitude, latitude):
    return math.radians(longitude) / math.sqrt(2), (1 + math.sqrt(2) / 2) * math.tan(math.radians(latitude) / 2)


SCALE = WIDTH / (2 * gall(180, 0)[0])
TOP = gall(0, NORTH)[1]


def place(longitude, latitude):
    x, y = gall(longitude, latitude)
    return x * SCALE + WIDTH / 2, (TOP - y) * SCALE


def simplified(points):
    """Douglas and Peucker's way, on (longitude, latitude) as they lie on the map."""
    if len(points) < 3:
        return points
    (x1, y1), (x2, y2) = place(*points[0]), place(*points[-1])
    length = math.hypot(x2 - x1, y2 - y1)

    def distance(point):
        x, y = place(*point)
        if not length:
            return math.hypot(x - x1, y - y1)
        return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length

    farthest = max(range(1, len(points) - 1), key=lambda index: distance(points[index]))
    if distance(points[farthest]) <= TOLERANCE:
        return [points[0], points[-1]]
    return simplified(points[: farthest + 1])[:-1] + simplified(points[farthest:])


def unrolled(points):
    """Longitudes that go on past 180 degrees instead of jumping to the other side."""
    found = []
    for longitude, latitude in points:
        if found:
            longitude += 360 * round((found[-1][0] - longitude) / 360)
        found.append((longitude, latitude))
    return found


def clipped(ring, edge, side):
    """The part of a ring on one side (-1: west, 1: east) of a meridian."""
    found = []
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        inside1, inside2 = (x1 - edge) * side >= 0, (x2 - edge) * side >= 0
        if inside1 != inside2:
            found.append((edge, y1 + (y2 - y1) * (edge - x1) / (x2 - x1)))
        if inside2:
            found.append((x2, y2))
    return found


def cut(ring):
    """A ring of longitudes and latitudes as rings on the map, cut where it crosses 180 degrees."""
    ring = unrolled(ring)
    pieces = []
    for turn in (-360, 0, 360):
        turned = [(longitude + turn, latitude) for longitude, latitude in ring]
        piece = clipped(clipped(turned, -180, 1), 180, -1) if turned else []
        if len(piece) > 2:
            pieces.append([place(*point) for point in piece])
    return pieces


def area(ring):
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def whole(points):
    """Rounded, without points that fall together."""
    rounded = [(round(x), round(y)) for x, y in points]
    return [point for index, point in enumerate(rounded) if index == 0 or point != rounded[index - 1]]


def path(rings):
    parts = []
    for ring in rings:
        points = whole(ring)
        points = points[:-1] if points[0] == points[-1] else points
        if len(points) < 3:
            continue
        (x, y), *others = points
        part = f"M{x} {y}l"
        steps = []
        for next_x, next_y in others:
            steps.append(f"{next_x - x} {next_y - y}")
            x, y = next_x, next_y
        parts.append(part + " ".join(steps).replace(" -", "-") + "z")
    return "".join(parts)


def main(name):
    topology = json.loads(Path(name).read_text())
    (step_x, step_y), (first_x, first_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    fine = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for change_x, change_y in arc:
            x, y = x + change_x, y + change_y
            points.append((x * step_x + first_x, max(min(y * step_y + first_y, NORTH), SOUTH)))
        fine.append(unrolled(points))
    coarse = [simplified(arc) for arc in fine]

    def rings_of(numbers, arcs):
        ring = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            ring += arc if not ring else arc[1:]
        return cut(ring)

    alpha2 = {f"{numeric:03}": code for code, (_alpha3, numeric, *_more) in ALT_CODES.items()}
    polygons = {}
    for country in topology["objects"]["countries"]["geometries"]:
        if country["properties"]["name"] != "Antarctica":
            found = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
            polygons.setdefault(alpha2.get(country.get("id", ""), ""), []).extend(found)
    shapes, points, rest = {}, {}, ""
    for code, found in sorted(polygons.items()):
        outer = [(polygon, ring) for polygon in found for ring in rings_of(polygon[0], fine)]
        largest, centre = max(((area(ring), ring) for _polygon, ring in outer), key=lambda pair: pair[0])
        kept = [
            polygon for polygon in found if sum(map(area, rings_of(polygon[0], fine))) >= min(SMALLEST_ISLAND, largest)
        ]
        drawn = path(ring for polygon in kept for numbers in polygon for ring in rings_of(numbers, coarse))
        if not code:
            rest = drawn
        elif largest < SMALLEST_COUNTRY or not drawn:
            points[code] = [round(sum(x) / len(centre)) for x in zip(*centre, strict=True)]
        else:
            shapes[code] = drawn
    height = round((TOP - gall(0, SOUTH)[1]) * SCALE)
    json.dump(
        {"width": WIDTH, "height": height, "shapes": shapes, "points": points, "rest": rest},
        sys.stdout,
        separators=(",", ":"),
    )
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
