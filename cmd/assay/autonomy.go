package main

type autonomyCmd struct {
	Pause  pauseCmd  `cmd:"" help:"Hold bots back from new jobs."`
	Resume resumeCmd `cmd:"" help:"Let paused bots go on."`
}
