package dbn

import "encoding/binary"

// Definition is what an exchange says about an instrument, as far as a futures
// lab needs it.
type Definition struct {
	Header
	Received int64 // ns

	Symbol     string // e.g. "ESH1"
	Asset      string // e.g. "ES"
	Group      string
	Exchange   string // e.g. "XCME"
	Currency   string
	Type       string // e.g. "FUT"
	CFI        string // e.g. "FFIXSX"
	Class      byte   // 'F' future, 'S' spread of futures, 'C' and 'P' options
	Action     byte   // 'A' added, 'M' modified, 'D' deleted
	Underlying string
	Unit       string // of measure, e.g. "IPNT"

	Tick          int64 // min_price_increment, 1e-9 of a point
	TickAmount    int64 // min_price_increment_amount, 1e-9; see TickValue
	DisplayFactor int64 // 1e-9
	UnitQuantity  int64 // unit_of_measure_qty, 1e-9
	HighLimit     int64 // 1e-9 of a point
	LowLimit      int64
	MaxVariation  int64
	StrikePrice   int64
	Multiplier    int32 // contract_multiplier, MaxInt32 when undefined
	MaxTradeSize  uint32

	Expiration, Activation int64  // ns
	MaturityYear           uint16 // 65535 when undefined
	MaturityMonth          uint8
}

// TickValue returns what a tick of one contract is worth in 1e-9 of the
// currency, and whether the definition says it: the exchange's increment
// amount is in the units of its display, e.g. 0.125 at a factor of 0.01 for
// the 12.50 dollars of ES.
func (d Definition) TickValue() (nano int64, ok bool) {
	if d.TickAmount <= 0 || d.TickAmount == Undefined || d.DisplayFactor <= 0 || d.DisplayFactor == Undefined {
		return 0, false
	}
	const one = 1_000_000_000
	whole, rest := d.TickAmount/d.DisplayFactor, d.TickAmount%d.DisplayFactor
	if whole > Undefined/one-1 || rest > Undefined/one {
		return 0, false
	}
	return whole*one + rest*one/d.DisplayFactor, true
}

// places are the offsets of a definition's fields, which differ by version.
type places struct {
	size, unitQuantity, tickAmount, strike, maxTrade, multiplier, year, currency  int
	symbol, symbolSize, group, exchange, asset, assetSize, cfi, kind, unit, under int
	class, action, month                                                          int
}

func definitionOf(version uint8) places {
	switch version {
	case 1:
		return places{
			360, 88, 96, 328, 136, 160, 180, 186,
			200, 22, 222, 243, 248, 7, 255, 262, 269, 300,
			325, 349, 350,
		}
	case 2:
		return places{
			400, 88, 96, 112, 144, 164, 180, 186,
			200, 71, 271, 292, 297, 7, 304, 311, 318, 349,
			374, 382, 383,
		}
	default:
		return places{
			520, 80, 88, 104, 156, 176, 214, 224,
			238, 71, 309, 330, 335, 11, 346, 353, 360, 391,
			487, 493, 494,
		}
	}
}

// definition decodes a record of at least the version's size.
func definition(version uint8, r Record) Definition {
	p, raw := definitionOf(version), r.Raw
	number := func(at int) int64 { return int64(binary.LittleEndian.Uint64(raw[at:])) }
	word := func(at, size int) string { return text(raw[at : at+size]) }
	return Definition{
		Header: r.Header, Received: stamp(raw[16:]),
		Symbol: word(p.symbol, p.symbolSize), Asset: word(p.asset, p.assetSize), Group: word(p.group, 21),
		Exchange: word(p.exchange, 5), Currency: word(p.currency, 4), Type: word(p.kind, 7), CFI: word(p.cfi, 7),
		Class: raw[p.class], Action: raw[p.action], Underlying: word(p.under, 21), Unit: word(p.unit, 31),
		Tick: number(24), DisplayFactor: number(32), Expiration: stamp(raw[40:]), Activation: stamp(raw[48:]),
		HighLimit: number(56), LowLimit: number(64), MaxVariation: number(72),
		UnitQuantity: number(p.unitQuantity), TickAmount: number(p.tickAmount), StrikePrice: number(p.strike),
		MaxTradeSize: binary.LittleEndian.Uint32(raw[p.maxTrade:]),
		Multiplier:   int32(binary.LittleEndian.Uint32(raw[p.multiplier:])),
		MaturityYear: binary.LittleEndian.Uint16(raw[p.year:]), MaturityMonth: raw[p.month],
	}
}
