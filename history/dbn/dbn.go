// Package dbn reads Databento Binary Encoding, versions 1 to 3, into columns,
// and writes it.
//
// Bars, trades and definitions are decoded; records of any other type are
// passed over by their length and counted. The layout is that of Databento's
// documentation of DBN: little-endian, times in nanoseconds since 1970, prices
// in 1e-9 of a point.
package dbn

import (
	"fmt"
	"math"
)

// Undefined is a price, a quantity or a time that is absent.
const Undefined = math.MaxInt64

// Type is the type of a record, the second byte of its header.
type Type uint8

// The types of record that files of futures hold.
const (
	Trade         Type = 0x00
	MBP1          Type = 0x01 // also tbbo
	MBP10         Type = 0x0A
	Status        Type = 0x12
	Instrument    Type = 0x13 // a definition
	Imbalance     Type = 0x14
	Error         Type = 0x15
	SymbolMapping Type = 0x16
	System        Type = 0x17
	Statistics    Type = 0x18
	OHLCV1s       Type = 0x20
	OHLCV1m       Type = 0x21
	OHLCV1h       Type = 0x22
	OHLCV1d       Type = 0x23
	OHLCVEod      Type = 0x24
	MBO           Type = 0xA0
	CMBP1         Type = 0xB1
	CBBO1s        Type = 0xC0
	CBBO1m        Type = 0xC1
	TCBBO         Type = 0xC2
	BBO1s         Type = 0xC3
	BBO1m         Type = 0xC4
)

var typeNames = map[Type]string{
	Trade: "trades", MBP1: "mbp-1", MBP10: "mbp-10", Status: "status", Instrument: "definition",
	Imbalance: "imbalance", Error: "error", SymbolMapping: "symbol mapping", System: "system",
	Statistics: "statistics", OHLCV1s: "ohlcv-1s", OHLCV1m: "ohlcv-1m", OHLCV1h: "ohlcv-1h",
	OHLCV1d: "ohlcv-1d", OHLCVEod: "ohlcv-eod", MBO: "mbo", CMBP1: "cmbp-1", CBBO1s: "cbbo-1s",
	CBBO1m: "cbbo-1m", TCBBO: "tcbbo", BBO1s: "bbo-1s", BBO1m: "bbo-1m",
}

// String is Databento's name of the schema, or the number of an unknown type.
func (t Type) String() string {
	if name, ok := typeNames[t]; ok {
		return name
	}
	return fmt.Sprintf("rtype 0x%02X", uint8(t))
}

// The ways to name an instrument that matter here.
const (
	InstrumentID uint8 = 0
	RawSymbol    uint8 = 1
)

// Mixed is the schema of a stream that holds several, such as a live one.
const Mixed uint16 = 0xFFFF

// Header begins every record.
type Header struct {
	Type       Type
	Publisher  uint16
	Instrument uint32
	Time       int64 // ts_event, Undefined when absent
}

// Record is one record as it stands: Raw is the whole of it with its header,
// and is valid until the next record is read.
type Record struct {
	Header
	Raw []byte
}

// The sizes of records in bytes, without the eight that ts_out adds.
const (
	headerSize = 16
	barSize    = 56
	tradeSize  = 48
)
