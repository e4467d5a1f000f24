using System.Globalization;
using System.Text;
using System.Text.Json;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc.Tests.Gob;

/// <summary>
/// Compares decoded values with the recorded ones, which list all fields, zeros too, and write hashes as hexadecimal
/// digits, 64-bit numbers as strings, maps as lists of pairs.
/// </summary>
/// <param name="timeUnit">Nanoseconds to which times are compared.</param>
sealed class GobJson(int timeUnit = 1)
{
    static readonly Dictionary<string, ulong> enumerations = new() { ["denied"] = 3 };

    public void AssertEqual(JsonElement expected, GobValue? actual, string path = "")
    {
        if (actual is null)
            Assert.True(IsZero(expected), $"{path}: missing, expected {expected}");
        else
            AssertPresent(expected, actual, path);
    }

    void AssertPresent(JsonElement expected, GobValue actual, string path)
    {
        switch (actual)
        {
            case GobValue.Bool(var flag):
                Assert.True(expected.GetBoolean() == flag, path);
                break;
            case GobValue.Int or GobValue.UInt or GobValue.Float:
                var number = expected.ToString();
                Assert.True((enumerations.TryGetValue(number, out var value) ? value.ToString() : number) == Number(actual), $"{path}: {number} {actual}");
                break;
            case GobValue.Complex(var real, var imaginary):
                Assert.Equal(expected.GetString(), string.Create(CultureInfo.InvariantCulture, $"({real:0}{imaginary:+0;-0}i)"));
                break;
            case GobValue.Bytes(var bytes, IsText: true) when expected.ValueKind == JsonValueKind.Object:
                Assert.True(expected.GetProperty("stringhex").GetString() == Convert.ToHexStringLower(bytes.AsSpan()), path);
                break;
            case GobValue.Bytes(var bytes, IsText: true):
                Assert.True(expected.GetString() == Encoding.UTF8.GetString(bytes.AsSpan()), path);
                break;
            case GobValue.Bytes(var bytes, _):
                Assert.True(expected.GetProperty("hex").GetString() == Convert.ToHexStringLower(bytes.AsSpan()), path);
                break;
            case GobValue.List(var elements) when expected.ValueKind == JsonValueKind.String:
                Assert.Equal(expected.GetString(), Convert.ToHexStringLower([.. elements.Select(element => (byte)((GobValue.UInt)element).Value)]));
                break;
            case GobValue.List(var elements):
                Assert.Equal(expected.GetArrayLength(), elements.Length);
                for (var i = 0; i < elements.Length; i++)
                    AssertEqual(expected[i], elements[i], $"{path}[{i}]");
                break;
            case GobValue.Map(var entries):
                AssertMap(expected.GetProperty("$map"), entries, path);
                break;
            case GobValue.Struct structure:
                foreach (var member in expected.EnumerateObject())
                    AssertEqual(member.Value, structure[member.Name], $"{path}.{member.Name}");
                var names = expected.EnumerateObject().Select(member => member.Name).ToHashSet();
                Assert.All(structure.Fields, field => Assert.Contains(field.Key, names));
                break;
            case GobValue.Interface anything:
                Assert.Equal(expected.GetProperty("$type").GetString(), anything.TypeName);
                AssertEqual(expected.GetProperty("$value"), anything.Value, path);
                break;
            case GobValue.Opaque { TypeName: "Time" } time:
                AssertTime(expected, time.ToTime());
                break;
            default:
                Assert.Fail($"{path}: {actual}");
                break;
        }
    }

    void AssertMap(JsonElement expected, IReadOnlyCollection<KeyValuePair<GobValue, GobValue>> entries, string path)
    {
        var pairs = expected.ValueKind == JsonValueKind.Null ? [] : expected.EnumerateArray().ToArray();
        Assert.Equal(pairs.Length, entries.Count);
        foreach (var (key, value) in entries)
        {
            var pair = Assert.Single(pairs, pair => pair.GetProperty("key").ToString() == Key(key));
            AssertEqual(pair.GetProperty("value"), value, $"{path}[{key}]");
        }
    }

    static string Key(GobValue key) => key switch
    {
        GobValue.Bytes text => Encoding.UTF8.GetString(text.Value.AsSpan()),
        GobValue.List hash => Convert.ToHexStringLower([.. hash.Elements.Select(element => (byte)((GobValue.UInt)element).Value)]),
        _ => Number(key),
    };

    static string Number(GobValue value) => value switch
    {
        GobValue.Int(var number) => number.ToString(CultureInfo.InvariantCulture),
        GobValue.UInt(var number) => number.ToString(CultureInfo.InvariantCulture),
        GobValue.Float(var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new ArgumentException(value.ToString()),
    };

    void AssertTime(JsonElement expected, GobTime actual)
    {
        var unix = expected.GetProperty("unixnano").GetString()!.Split('.');
        Assert.Equal(unix[0], $"{actual.UnixSeconds}");
        Assert.Equal(int.Parse(unix[1], CultureInfo.InvariantCulture) / timeUnit, actual.Nanoseconds / timeUnit);
        Assert.Equal(expected.GetProperty("offset").GetInt32(), actual.OffsetSeconds ?? 0);
    }

    static bool IsZero(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble() == 0,
        JsonValueKind.String => value.GetString() is "" or "0" or "(0+0i)",
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.TryGetProperty("hex", out var hex) && hex.GetString() == ""
            || value.TryGetProperty("time", out var time) && time.GetString() == "0001-01-01T00:00:00Z",
        _ => false,
    };
}
