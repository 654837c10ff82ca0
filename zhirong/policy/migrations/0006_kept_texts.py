from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('policy', '0005_second_persons'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('text', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='keptdecision',
            name='facts',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='keptdecision',
            name='measure_sha256',
            field=models.CharField(blank=True, default='', max_length=64),
            preserve_default=False,
        ),
    ]
