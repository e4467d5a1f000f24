using System.Reflection;
using ImageSdk.Contracts.Settings;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Building.Tests.Settings;

/// <summary>What is in the keys of stages: all that a setting says, and not where it says it.</summary>
public class SettingsTextTests
{
    static readonly Setting[] samples =
    [
        new GroupSetting("a"), new UserSetting("a"), new SysctlSetting("a", "b"), new NetworkSetting("a"), new MountSetting("/a", "b"), new UnitSetting("a.service"), new CredentialSetting("a"),
    ];

    public static TheoryData<string, string> Fields
    {
        get
        {
            var fields = new TheoryData<string, string>();
            foreach (var type in samples.Select(sample => sample.GetType()))
                foreach (var property in type.GetProperties().Where(property => property.CanWrite))
                    fields.Add(type.Name, property.Name);
            return fields;
        }
    }

    [Theory, MemberData(nameof(Fields))]
    public void A_changed_field_is_another_text(string type, string field)
    {
        var before = samples.Single(sample => sample.GetType().Name == type);
        var after = before with { };
        var property = after.GetType().GetProperty(field)!;
        property.SetValue(after, Other(property, property.GetValue(before)));
        Assert.Equal(field is "File" or "Line", Describe(before) == Describe(after));
    }

    [Fact]
    public void A_password_is_in_no_text()
    {
        var text = Describe(new UserSetting("a") { PasswordHash = "$6$saltsalt$hash" });
        Assert.DoesNotContain("saltsalt", text);
        Assert.NotEqual(text, Describe(new UserSetting("a") { PasswordHash = "$6$saltsalt$other" }));
    }

    [Fact]
    public void Each_setting_is_written_by_one_stage()
    {
        var all = SettingsCheckTests.Everything;
        var stages = Enum.GetValues<ImageStage>().Select(all.Of).OfType<MachineSettings>().ToList();
        Assert.Equal(SettingsText.Describe(all).Order(), stages.SelectMany(SettingsText.Describe).Order());
        Assert.All(Enum.GetValues<ImageStage>(), stage => Assert.Null(new MachineSettings().Of(stage)));
    }

    static object? Other(PropertyInfo property, object? value) => property.PropertyType switch
    {
        var type when type == typeof(string) => $"{value}x",
        var type when type == typeof(bool) => !(bool)value!,
        var type when type == typeof(int) => 7,
        var type when type == typeof(uint?) => 7u,
        var type when type == typeof(bool?) => true,
        var type when type == typeof(UnitState) => UnitState.Masked,
        var type when type == typeof(IReadOnlyList<string>) => new[] { "x" },
        var type => throw new NotSupportedException(type.Name),
    };

    static string Describe(Setting setting) => string.Join('\n', SettingsText.Describe(setting switch
    {
        GroupSetting group => new() { Groups = [group] },
        UserSetting user => new() { Users = [user] },
        SysctlSetting sysctl => new() { Sysctl = [sysctl] },
        NetworkSetting network => new() { Networks = [network] },
        MountSetting mount => new() { Mounts = [mount] },
        UnitSetting unit => new() { Units = [unit] },
        CredentialSetting credential => new() { Credentials = [credential] },
        _ => throw new NotSupportedException(),
    }));
}
