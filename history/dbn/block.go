package dbn

import "encoding/binary"

// BlockSize is the most records of a kind that one Block holds.
const BlockSize = 2048

// Block holds what Next decoded, as columns of equal length; they are written
// over by the next call.
type Block struct {
	Bars        Bars
	Trades      Trades
	Definitions []Definition
}

// Bars are records of the ohlcv schemas. Time is the start of the bar.
type Bars struct {
	Type                   []Type
	Instrument             []uint32
	Time                   []int64 // ns
	Open, High, Low, Close []int64 // 1e-9 of a point, or Undefined
	Volume                 []uint64
}

// Trades are records of the schema trades.
type Trades struct {
	Instrument []uint32
	Time       []int64 // ns, when the exchange matched it
	Received   []int64 // ns, when Databento saw it
	Price      []int64 // 1e-9 of a point, or Undefined
	Size       []uint32
	Action     []byte // 'T' for a trade
	Side       []byte // of the aggressor: 'B', 'A' for a seller, 'N' when not known
	Flags      []uint8
	Sequence   []uint32
}

// Len returns the number of bars.
func (b *Bars) Len() int { return len(b.Time) }

// Len returns the number of trades.
func (t *Trades) Len() int { return len(t.Time) }

func (b *Block) clear() {
	if cap(b.Bars.Time) < BlockSize {
		prices := func() []int64 { return make([]int64, 0, BlockSize) }
		b.Bars = Bars{
			Type: make([]Type, 0, BlockSize), Instrument: make([]uint32, 0, BlockSize), Time: prices(),
			Open: prices(), High: prices(), Low: prices(), Close: prices(), Volume: make([]uint64, 0, BlockSize),
		}
	}
	b.Bars.resize(0)
	t := &b.Trades
	t.Instrument, t.Time, t.Received, t.Price = t.Instrument[:0], t.Time[:0], t.Received[:0], t.Price[:0]
	t.Size, t.Action, t.Side = t.Size[:0], t.Action[:0], t.Side[:0]
	t.Flags, t.Sequence = t.Flags[:0], t.Sequence[:0]
	b.Definitions = b.Definitions[:0]
}

// full says that a kind of record has no room left.
func (b *Block) full() bool {
	return len(b.Bars.Time) == BlockSize || len(b.Trades.Time) == BlockSize || len(b.Definitions) == BlockSize
}

func (b *Block) empty() bool {
	return len(b.Bars.Time) == 0 && len(b.Trades.Time) == 0 && len(b.Definitions) == 0
}

func (b *Bars) resize(n int) {
	b.Type, b.Instrument, b.Time = b.Type[:n], b.Instrument[:n], b.Time[:n]
	b.Open, b.High, b.Low, b.Close = b.Open[:n], b.High[:n], b.Low[:n], b.Close[:n]
	b.Volume = b.Volume[:n]
}

// fill decodes the bars that stand one after the other at the start of data,
// size bytes each, until another record comes or there is no room. It returns
// their number.
func (b *Bars) fill(data []byte, size int) int {
	first := len(b.Time)
	n := min(BlockSize-first, len(data)/size)
	b.resize(first + n)
	types, ids, times, volumes := b.Type[first:], b.Instrument[first:], b.Time[first:], b.Volume[first:]
	opens, highs, lows, closes := b.Open[first:], b.High[first:], b.Low[first:], b.Close[first:]
	for i := range n {
		raw := data[:barSize:barSize]
		if int(raw[0])*4 != size || !isBar(Type(raw[1])) {
			b.resize(first + i)
			return i
		}
		types[i] = Type(raw[1])
		ids[i] = binary.LittleEndian.Uint32(raw[4:])
		times[i] = stamp(raw[8:])
		opens[i] = int64(binary.LittleEndian.Uint64(raw[16:]))
		highs[i] = int64(binary.LittleEndian.Uint64(raw[24:]))
		lows[i] = int64(binary.LittleEndian.Uint64(raw[32:]))
		closes[i] = int64(binary.LittleEndian.Uint64(raw[40:]))
		volumes[i] = binary.LittleEndian.Uint64(raw[48:])
		data = data[size:]
	}
	return n
}

func isBar(t Type) bool { return t >= OHLCV1s && t <= OHLCVEod }

// add decodes one trade.
func (t *Trades) add(h Header, raw []byte) {
	raw = raw[:tradeSize]
	t.Instrument, t.Time = append(t.Instrument, h.Instrument), append(t.Time, h.Time)
	t.Price = append(t.Price, int64(binary.LittleEndian.Uint64(raw[16:])))
	t.Size = append(t.Size, binary.LittleEndian.Uint32(raw[24:]))
	t.Action, t.Side, t.Flags = append(t.Action, raw[28]), append(t.Side, raw[29]), append(t.Flags, raw[30])
	t.Received = append(t.Received, stamp(raw[32:]))
	t.Sequence = append(t.Sequence, binary.LittleEndian.Uint32(raw[44:]))
}
