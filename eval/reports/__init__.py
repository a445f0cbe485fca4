"""From figures to tables on a terminal, HTML pages, recorded files and the tables of the README."""
