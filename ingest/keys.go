package ingest

import (
	"cmp"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// Level is the finest object of an export's rows.
type Level string

// The levels. Account to ad nest in each other; the partial levels hold only
// part of a campaign's delivery (search terms without a click are missing);
// rows of the asset level overlap, so they are never added up.
const (
	LevelAccount    Level = "account"
	LevelCampaign   Level = "campaign"
	LevelAdGroup    Level = "ad_group"
	LevelAd         Level = "ad"
	LevelKeyword    Level = "keyword"
	LevelSearchTerm Level = "search_term"
	LevelPlacement  Level = "placement"
	LevelProduct    Level = "product"
	LevelAudience   Level = "audience"
	LevelAsset      Level = "asset"
)

// Nests reports whether rows of this level add up to their campaigns.
func (l Level) Nests() bool {
	return l == LevelAccount || l == LevelCampaign || l == LevelAdGroup || l == LevelAd
}

// Overlaps reports whether rows of this level count the same click more than
// once.
func (l Level) Overlaps() bool { return l == LevelAsset }

// Entity is an object of a platform as its exports name it. Key 0 stands for
// an object that the export does not name.
type Entity struct {
	Key      int32
	Account  int32 // key of its account; its own key for an account
	Parent   int32 // nearest ancestor that the export names
	Level    Level
	ExtID    string // the platform's id, text always; empty where unknown
	Name     string
	FirstDay locale.Day
}

// Stream identifies files that speak of the same thing: a newer one replaces
// the cells it holds in an older one of the same stream.
type Stream struct {
	Key       int32
	Account   int32
	Level     Level
	Breakdown string // names of the extra splits, sorted, joined by commas
	Grain     string // GrainDay or GrainSpan
	Currency  string // ISO code
}

// The grains of a stream's rows.
const (
	GrainDay  = "day"
	GrainSpan = "span"
)

// Change is something that an import found out about an entity.
type Change struct {
	Key int32
	// Kind: "adopted": it got an id; "renamed": it got a new name; "namesake": it
	// is new and bears the name of another, whose id is Old.
	Kind string
	Old  string
	New  string
}

// Naming is what a file says of an entity: its name and its id, each empty where
// it does not say it.
type Naming struct {
	Key         int32
	ExtID, Name string
}

type (
	idKey struct {
		account int32 // 0 for accounts themselves
		level   Level
		id      string
	}
	nameKey struct {
		parent int32
		level  Level
		name   string
	}
)

// Keys gives each object of one client's accounts on one platform its int32
// key while a file is being read. Its caller fills it from the warehouse
// (Load…), then stores what is new in the transaction that stores the rows; a
// reading that is given up throws its Keys away. Not safe for concurrent use.
type Keys struct {
	next       int32
	entities   []*Entity // in order of first sight in this file
	known      map[int32]*Entity
	byID       map[idKey]*Entity
	byName     map[nameKey][]*Entity
	streams    map[Stream]int32
	newStreams []Stream
	breakdowns map[string]int32
	newBreaks  []string
	changes    []Change
	namings    map[int32]Naming
}

// NewKeys makes an empty table whose first new key is next, which must be at
// least 1.
func NewKeys(next int32) *Keys {
	return &Keys{
		next:       max(next, 1),
		known:      map[int32]*Entity{},
		byID:       map[idKey]*Entity{},
		byName:     map[nameKey][]*Entity{},
		streams:    map[Stream]int32{},
		breakdowns: map[string]int32{},
		namings:    map[int32]Naming{},
	}
}

// Load adds an entity that the warehouse knows.
func (k *Keys) Load(e Entity) { k.add(&e) }

// LoadStream adds a stream that the warehouse knows.
func (k *Keys) LoadStream(s Stream) {
	key := s.Key
	s.Key = 0
	k.streams[s] = key
}

// LoadBreakdown adds a combination of breakdown values that the warehouse
// knows, as Breakdown wrote it.
func (k *Keys) LoadBreakdown(key int32, values string) { k.breakdowns[values] = key }

func (k *Keys) add(e *Entity) {
	k.known[e.Key] = e
	if e.ExtID != "" {
		k.byID[identity(e.Account, e.Level, e.ExtID)] = e
	}
	n := nameKey{e.Parent, e.Level, e.Name}
	k.byName[n] = append(k.byName[n], e)
}

func identity(account int32, level Level, id string) idKey {
	if level == LevelAccount {
		account = 0
	}
	return idKey{account, level, id}
}

// Entity is the key of an object, new where it was never seen. Its identity is
// the platform's id where the file has one, else its parent and name with
// spaces collapsed. An id adopts the one nameless-id entity of the same parent
// and name; a known id with another name renames its entity. Without an id a
// name that several entities bear gets an entity of its own.
func (k *Keys) Entity(level Level, account, parent int32, extID, name string, day locale.Day) int32 {
	name = strings.Join(strings.Fields(name), " ")
	key := k.entity(level, account, parent, extID, name, day)
	n := k.namings[key]
	n.Key = key
	if extID != "" {
		n.ExtID = extID
	}
	if name != "" {
		n.Name = name
	}
	k.namings[key] = n
	return key
}

func (k *Keys) entity(level Level, account, parent int32, extID, name string, day locale.Day) int32 {
	byName := nameKey{parent, level, name}
	if extID != "" {
		if e := k.byID[identity(account, level, extID)]; e != nil {
			if e.Name != name && name != "" {
				k.changes = append(k.changes, Change{e.Key, "renamed", e.Name, name})
				old := nameKey{e.Parent, level, e.Name}
				k.byName[old] = slices.DeleteFunc(k.byName[old], func(x *Entity) bool { return x == e })
				e.Name = name
				k.byName[byName] = append(k.byName[byName], e)
			}
			return e.Key
		}
		if same := k.byName[byName]; name != "" && len(same) == 1 && same[0].ExtID == "" {
			e := same[0]
			e.ExtID = extID
			k.byID[identity(account, level, extID)] = e
			k.changes = append(k.changes, Change{e.Key, "adopted", "", extID})
			return e.Key
		}
	} else {
		same := k.byName[byName]
		if len(same) == 1 {
			return same[0].Key
		}
		for _, e := range same {
			if e.ExtID == "" {
				return e.Key
			}
		}
	}
	if level == LevelAccount && name+extID != "" {
		// Earlier files of this platform named no account: they were of this one.
		if unnamed := k.byName[nameKey{0, LevelAccount, ""}]; len(unnamed) == 1 && unnamed[0].ExtID == "" {
			e := unnamed[0]
			k.changes = append(k.changes, Change{e.Key, "renamed", "", name})
			delete(k.byName, nameKey{0, LevelAccount, ""})
			e.Name = name
			k.byName[byName] = append(k.byName[byName], e)
			if extID != "" {
				k.changes = append(k.changes, Change{e.Key, "adopted", "", extID})
				e.ExtID = extID
				k.byID[identity(e.Key, level, extID)] = e
			}
			return e.Key
		}
	}
	e := &Entity{Key: k.next, Account: account, Parent: parent, Level: level, ExtID: extID, Name: name, FirstDay: day}
	if level == LevelAccount {
		e.Account = e.Key
	}
	k.next++
	k.entities = append(k.entities, e)
	if same := k.byName[byName]; level == LevelCampaign && extID != "" && len(same) > 0 && same[0].ExtID != "" {
		k.changes = append(k.changes, Change{e.Key, "namesake", same[0].ExtID, extID})
	}
	k.add(e)
	return e.Key
}

// Known is the entity of a key.
func (k *Keys) Known(key int32) (Entity, bool) {
	e := k.known[key]
	if e == nil {
		return Entity{}, false
	}
	return *e, true
}

// Stream is the key of a stream, new where it was never seen.
func (k *Keys) Stream(s Stream) int32 {
	s.Key = 0
	if key, ok := k.streams[s]; ok {
		return key
	}
	key := k.next
	k.next++
	k.streams[s] = key
	s.Key = key
	k.newStreams = append(k.newStreams, s)
	return key
}

// KnownStream is the stream of a key.
func (k *Keys) KnownStream(key int32) (Stream, bool) {
	for s, have := range k.streams {
		if have == key {
			s.Key = key
			return s, true
		}
	}
	return Stream{}, false
}

// Breakdown is the key of one combination of breakdown values, given as
// name=value pairs sorted by name; 0 where there are none.
func (k *Keys) Breakdown(pairs []string) int32 {
	if len(pairs) == 0 {
		return 0
	}
	values := strings.Join(pairs, "\x1f")
	if key, ok := k.breakdowns[values]; ok {
		return key
	}
	key := k.next
	k.next++
	k.breakdowns[values] = key
	k.newBreaks = append(k.newBreaks, values)
	return key
}

// New lists what this file added, in order: entities, streams, and breakdown
// combinations with their name=value pairs separated by U+001F.
func (k *Keys) New() (entities []Entity, streams []Stream, breakdowns []string) {
	for _, e := range k.entities {
		entities = append(entities, *e)
	}
	return entities, k.newStreams, k.newBreaks
}

// BreakdownKey is the key that Breakdown gave a combination that New listed.
func (k *Keys) BreakdownKey(values string) int32 { return k.breakdowns[values] }

// Namings lists what this file says of each object that it names, new or known,
// by key.
func (k *Keys) Namings() []Naming {
	list := make([]Naming, 0, len(k.namings))
	for _, n := range k.namings {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b Naming) int { return cmp.Compare(a.Key, b.Key) })
	return list
}

// Changes lists what this file changed in known entities.
func (k *Keys) Changes() []Change { return k.changes }
