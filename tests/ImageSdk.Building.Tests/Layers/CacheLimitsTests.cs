using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Layers;

public class CacheLimitsTests
{
    static readonly DateTimeOffset Now = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    static CachedLayer Layer(string id, ulong size, int daysAgo, int madeDaysAgo = 100, string? fault = null) =>
        new(id, "CopyFiles", size, 1, Now.AddDays(-madeDaysAgo), Now.AddDays(-daysAgo), fault);

    static string Select(ulong? size, int? days, params CachedLayer[] layers) =>
        string.Join(' ', new CacheLimits(size, days is { } age ? TimeSpan.FromDays(age) : null).Select(layers, Now).Select(layer => layer.Id));

    [Fact]
    public void The_least_recently_used_layers_go_first()
    {
        CachedLayer[] layers = [Layer("a", 10, 3), Layer("b", 10, 1), Layer("c", 10, 2)];
        Assert.Equal("a", Select(20, null, layers));
        Assert.Equal("a c", Select(19, null, layers));
        Assert.Equal("a c b", Select(0, null, layers));
        Assert.Equal("", Select(30, null, layers));
        Assert.Equal("empty", Select(0, null, Layer("empty", 0, 1)));
        Assert.Equal("", Select(null, null, layers));
    }

    [Fact]
    public void A_small_layer_does_not_outlive_a_younger_one() =>
        Assert.Equal("small big", Select(15, null, Layer("new", 10, 1), Layer("big", 10, 2), Layer("small", 1, 3)));

    [Fact]
    public void Of_one_stack_the_upper_layers_go_first() =>
        Assert.Equal("top middle", Select(10, null, Layer("top", 10, 1, 1), Layer("middle", 10, 1, 2), Layer("base", 10, 1, 3)));

    [Fact]
    public void Layers_that_are_too_old_or_damaged_go_whatever_there_is_room_for() =>
        Assert.Equal("old bad", Select(null, 30, Layer("old", 1, 31), Layer("young", 1, 30), Layer("bad", 0, 1, fault: "it has no index")));

    [Fact]
    public void What_stays_keeps_the_size_and_is_younger_than_what_goes()
    {
        var layers = Gen.ListOf(
            from size in Gen.Choose(0, 50) from days in Gen.Choose(0, 60) from made in Gen.Choose(60, 90)
            select Layer($"{size}-{days}-{made}", (ulong)size, days, made));
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(layers.ToArbitrary(), Gen.Choose(0, 300).ToArbitrary(), (all, max) =>
        {
            var gone = new CacheLimits((ulong)max, null).Select(all, Now);
            var kept = all.Except(gone, ReferenceEqualityComparer.Instance).Cast<CachedLayer>().ToList();
            return kept.Sum(layer => (long)layer.Size) <= max
                && kept.All(stays => gone.All(goes => goes.Used <= stays.Used))
                && gone.Count + kept.Count == all.Count;
        }));
    }
}
