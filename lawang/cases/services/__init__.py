"""Functions that packs name: checks shown beside the answers, and effects of steps. One module per kind of service."""
