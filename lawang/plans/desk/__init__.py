"""The planner's pages under /kelola/rencana/: one file per page or family of pages."""
