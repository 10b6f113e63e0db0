"""Pages of instructors: sections, assignments, marks, analysis, regrades, records."""
