package databento

// Settings reads a configuration through whoever reads the environment. An
// absent key is "".
func Settings(get func(name string) (string, error)) (c Config, err error) {
	for _, s := range []struct {
		name  string
		value *string
	}{{KeyVariable, &c.Key}, {URLVariable, &c.URL}, {LiveVariable, &c.Live}, {DatasetVariable, &c.Dataset}} {
		if *s.value, err = get(s.name); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}
