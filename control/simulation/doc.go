// Package simulation runs the control plane in virtual time: the planner, its
// leader, the reaper and what workers do are the real ones, on a real SQLite
// database, while everything around them (time, processes, handlers, faults,
// the operator) is drawn from one seed. It is all test code.
//
//	world     time, the queue of events, what a seed decides
//	process   a server: its planner, its worker, its beats, its end
//	faults    statements that fail or wait, commits whose answer is lost
//	trouble   crashes, stops, outages, clock jumps; the operator; new data
//	oracle    what may never happen, seen from the rows as they change
package simulation
