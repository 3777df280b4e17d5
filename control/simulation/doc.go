// Package simulation runs the control plane in virtual time: the planner, its
// leader, the reaper and what workers do are the real ones, on a real SQLite
// database, while everything around them (time, processes, handlers, faults,
// the operator) is drawn from one seed. It is all test code.
//
//	world     time, the queue of events, what a seed decides
//	process   a server: its planner, its worker, its beats, its end
//	faults    statements that fail or wait, commits whose answer is lost
//	trouble   crashes, stops, outages, clock jumps; the operator; new data
//	fleet     the bots and their data, as the operator knows them
//	diary     the rows as they change, written down by triggers
//	oracle    what may never happen, seen from the diary
//	fate      what the end of an attempt makes of its job, and which results count
//	served    whether the queue moves
//	whole     what holds of all rows, now and then and at the end
package simulation
